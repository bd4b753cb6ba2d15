import { z } from 'zod';

import { quoteIdentifier } from '../sql/quote.ts';

/**
 * How a key is read where the bare column does not have the order that its bounds were made in:
 * `number`: text of digits as a number; `uncollated`: text without its collation; `text`: a native
 * UUID as text. Such a predicate scans the table: only bare columns let Snowflake skip
 * micro-partitions.
 */
export const readings = ['column', 'number', 'uncollated', 'text'] as const;

export type Reading = (typeof readings)[number];

const key = { column: z.string(), reading: z.enum(readings) };

/**
 * Rows whose key is NULL, or is in `[from, to)`; without a bound it is open to that side. Bounds
 * are SQL literals with their type, computed beforehand: a predicate with a subquery never prunes
 * (docs.snowflake.com/en/user-guide/tables-clustering-micropartitions, "Query pruning").
 */
const cutSchema = z.union([
  z.strictObject({ ...key, is: z.literal('null') }),
  z.strictObject({
    ...key,
    is: z.literal('between'),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
]);

export type Cut = z.infer<typeof cutSchema>;

/** Which rows of a table a chunk has: all, or those that all cuts keep. */
export const keyRangeSchema = z.discriminatedUnion('keys', [
  z.strictObject({ keys: z.literal('all') }),
  z.strictObject({ keys: z.literal('cut'), by: z.array(cutSchema).min(1) }),
]);

export type KeyRange = z.infer<typeof keyRangeSchema>;

export const allRows: KeyRange = { keys: 'all' };

export function rangeConditions(range: KeyRange): readonly string[] {
  return range.keys === 'cut' ? range.by.flatMap(cutConditions) : [];
}

function cutConditions(cut: Cut): readonly string[] {
  const value = readKey(cut);
  if (cut.is === 'null') return [`${value} IS NULL`];
  const bounds = [
    ...(cut.from === undefined ? [] : [`${value} >= ${cut.from}`]),
    ...(cut.to === undefined ? [] : [`${value} < ${cut.to}`]),
  ];
  // Unbounded on both sides it still leaves the NULLs to their own chunk.
  return bounds.length === 0 ? [`${value} IS NOT NULL`] : bounds;
}

/** SQL of a key in the order that its bounds are in. NULL where a text is no number. */
export function readKey({ column, reading }: Pick<Cut, 'column' | 'reading'>): string {
  const name = quoteIdentifier(column);
  switch (reading) {
    case 'column':
      return name;
    case 'number':
      return `TRY_TO_NUMBER(${name}, 38, 0)`;
    case 'uncollated':
      return `COLLATE(${name}, '')`;
    case 'text':
      return `TO_VARCHAR(${name})`;
  }
}
