import type { ColumnSchema, TablePlan } from '@snowmelt/core';

import { dateRanges } from './date-ranges.ts';
import { numericRanges } from './numeric-ranges.ts';
import { single } from './single.ts';
import type { ChunkStrategy, RangeRequest } from './strategy.ts';

/**
 * In order of preference. What is not here yet — quantiles for text and UUID keys, large days cut
 * further by a second key, offset ranges over a total order — is read as one chunk by `single`.
 */
const strategies: readonly ChunkStrategy[] = [dateRanges, numericRanges];

/**
 * Ranges are only for pinned tables: two statements at two moments would not add up to one table
 * (P3). A table that fits one chunk by the catalog is one chunk.
 */
export function chooseStrategy(request: RangeRequest): ChunkStrategy {
  const { table, chunkRows } = request;
  if (!table.snapshot.pinned) return single;
  if (chunkRows === Infinity) return single;
  if (table.estimatedRows !== undefined && table.estimatedRows <= chunkRows) return single;
  return strategies.find((strategy) => strategy.suits(request)) ?? single;
}

/** The first chunk column as the source has it, by its exact name or by the only one but for case. */
export function chunkKey({ read, columns }: TablePlan): ColumnSchema | undefined {
  const [first] = read.chunkColumns;
  if (first === undefined) return undefined;
  const known = columns.map(({ source }) => source);
  const lower = first.column.toLowerCase();
  const alike = known.filter(({ name }) => name.toLowerCase() === lower);
  return (
    known.find(({ name }) => name === first.column) ?? (alike.length === 1 ? alike[0] : undefined)
  );
}
