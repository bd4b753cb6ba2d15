import { type ColumnSchema, type TablePlan, windowOf } from '@snowmelt/core';

import { type ChunkKey, chunkKeys, impliedKey } from './chunk-keys.ts';
import { allRows } from './key-range.ts';
import { keyRanges } from './key-ranges.ts';
import type { ChunkStrategy, RangeRequest } from './strategy.ts';

/** More chunks than this cost more in bookkeeping than their size saves. */
export const mostChunks = 10_000;

/**
 * Ranges are for pinned tables only: two statements at two moments would not add up to one table
 * (P3), and each of them would find all changes anew. A table that fits one chunk by the catalog is
 * one chunk. All else that is read by query is read by one statement, whose result is divided.
 */
export function chooseStrategy({ table, keys, chunkRows }: RangeRequest): ChunkStrategy {
  const { snapshot, estimatedRows, extract } = table;
  if (chunkRows === Infinity) return single;
  if (estimatedRows !== undefined && estimatedRows <= chunkRows) return single;
  // So many rows at most are a matter of one statement, too.
  const { limit } = table.read;
  const divisible = snapshot.pinned && windowOf(table) === undefined && limit === undefined;
  if (divisible && keys.length > 0) return keyRanges;
  return extract === 'query' ? oneResult : single;
}

/**
 * By the chunk columns of the configuration; without any, a table that is read by query is cut by
 * what it is clustered by. No other column is known to let Snowflake skip micro-partitions, and each
 * range of one that does not scans the whole table.
 */
export function rangeRequest(table: TablePlan, chunkRows: number): RangeRequest {
  const asked = chunkKeys(table);
  if (asked.length > 0 || table.extract !== 'query')
    return { table, chunkRows, keys: asked, mostChunks };
  return { table, chunkRows, keys: pruning(table.clusterColumns ?? []), mostChunks };
}

/** Leading columns that have an order to cut by, and are compared as they are. */
function pruning(columns: readonly ColumnSchema[]): readonly ChunkKey[] {
  const keys = columns.map(impliedKey);
  const prunes = (key: ChunkKey | undefined) => key?.reading === 'column';
  const end = keys.findIndex((key) => !prunes(key));
  return keys.slice(0, end === -1 ? keys.length : end).filter((key) => key !== undefined);
}

const all: ChunkStrategy['ranges'] = async () => [{ range: allRows, label: 'all' }];

/** The whole table at once. */
const single: ChunkStrategy = { name: 'single', ranges: all };

/**
 * The whole table by one statement, whose result Snowflake keeps: its load chunks are parts of that,
 * found again by the query's id.
 */
const oneResult: ChunkStrategy = { name: 'one-result', dividesResult: true, ranges: all };
