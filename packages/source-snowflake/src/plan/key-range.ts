import { z } from 'zod';

import { quoteIdentifier } from '../sql/quote.ts';

/**
 * Which rows of a table a chunk has: all, those whose key is NULL, or those whose key is in
 * `[from, to)`. Bounds are SQL literals with their type, computed beforehand: only such a
 * predicate lets Snowflake skip micro-partitions
 * (docs.snowflake.com/en/user-guide/tables-clustering-micropartitions, "Query pruning").
 */
export const keyRangeSchema = z.discriminatedUnion('keys', [
  z.strictObject({ keys: z.literal('all') }),
  z.strictObject({ keys: z.literal('null'), column: z.string() }),
  z.strictObject({
    keys: z.literal('range'),
    column: z.string(),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
]);

export type KeyRange = z.infer<typeof keyRangeSchema>;

export const allRows: KeyRange = { keys: 'all' };

export function rangeConditions(range: KeyRange): readonly string[] {
  if (range.keys === 'all') return [];
  const column = quoteIdentifier(range.column);
  if (range.keys === 'null') return [`${column} IS NULL`];
  const bounds = [
    ...(range.from === undefined ? [] : [`${column} >= ${range.from}`]),
    ...(range.to === undefined ? [] : [`${column} < ${range.to}`]),
  ];
  // Unbounded on both sides it still leaves the NULLs to their own chunk.
  return bounds.length === 0 ? [`${column} IS NOT NULL`] : bounds;
}

/**
 * Ranges between ascending bounds. Together with the chunk of NULL keys they cover every value
 * the column can hold, and no value twice: the first is unbounded below, the last above.
 */
export function rangesBetween(column: string, bounds: readonly string[]): readonly KeyRange[] {
  return [...bounds, undefined].map((to, index) => ({
    keys: 'range',
    column,
    ...(index === 0 ? {} : { from: bounds[index - 1] }),
    ...(to === undefined ? {} : { to }),
  }));
}
