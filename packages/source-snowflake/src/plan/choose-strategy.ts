import type { ColumnSchema, TablePlan } from '@snowmelt/core';

import { chunkKeys, impliedKey } from './chunk-keys.ts';
import { keyRanges } from './key-ranges.ts';
import { offsetRanges } from './offset-ranges.ts';
import { single } from './single.ts';
import type { ChunkStrategy, RangeRequest } from './strategy.ts';

/** In order of preference. */
const strategies: readonly ChunkStrategy[] = [keyRanges, offsetRanges];

/** More chunks than this cost more in bookkeeping than their size saves. */
const mostChunks = 10_000;

/** Nobody said that the table lies in the order of its key, so each chunk may read all of it. */
const mostImpliedChunks = 64;

/**
 * Ranges are only for pinned tables: two statements at two moments would not add up to one table
 * (P3). A table that fits one chunk by the catalog is one chunk.
 */
export function chooseStrategy(request: RangeRequest): ChunkStrategy {
  const { table, chunkRows } = request;
  if (!table.snapshot.pinned) return single;
  // Each range would have all changes found anew; they are read by one statement.
  if (table.changes?.from !== undefined) return single;
  if (chunkRows === Infinity) return single;
  if (table.estimatedRows !== undefined && table.estimatedRows <= chunkRows) return single;
  return strategies.find((strategy) => strategy.suits(request)) ?? single;
}

/**
 * By the chunk columns of the configuration. Without any, a table that is read by query is cut by
 * its key, else in the order that is asked for; an unload's files are divided as they are.
 */
export function rangeRequest(table: TablePlan, chunkRows: number): RangeRequest {
  const request = { table, chunkRows, order: [] };
  const keys = chunkKeys(table);
  if (keys.length > 0) return { ...request, keys, mostChunks };
  const implied = table.extract === 'query' ? identity(table) : [];
  return {
    ...request,
    keys: rangeable(implied),
    order: implied.length > 0 ? implied.map(({ name }) => name) : table.read.sortColumns,
    mostChunks: mostImpliedChunks,
  };
}

/** The source columns of the key by which rows are found, or of the primary key. */
function identity({ keyColumns, primaryKey, columns }: TablePlan): readonly ColumnSchema[] {
  const key = keyColumns.length > 0 ? keyColumns : primaryKey;
  return key.flatMap((name) => columns.find(({ target }) => target === name)?.source ?? []);
}

/** Leading columns that have an order to cut by. */
function rangeable(columns: readonly ColumnSchema[]): RangeRequest['keys'] {
  const keys = columns.map(impliedKey);
  const end = keys.findIndex((key) => key === undefined);
  return keys.slice(0, end === -1 ? keys.length : end).filter((key) => key !== undefined);
}
