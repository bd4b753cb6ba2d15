import { z } from 'zod';

import { quoteIdentifier } from '../sql/quote.ts';
import { fromClause, whereClause } from '../sql/relation.ts';
import { rangesBetween } from './key-range.ts';
import type { ChunkStrategy, PlannedRange, RangeRequest } from './strategy.ts';

/** More chunks than this cost more in bookkeeping than their size saves. */
const mostChunks = 10_000n;

const whole = z.string().regex(/^-?\d+$/u);
const summarySchema = z.tuple([
  z.object({
    all_rows: whole.transform(BigInt),
    key_rows: whole.transform(BigInt),
    low: whole.transform(BigInt).nullable(),
    high: whole.transform(BigInt).nullable(),
  }),
]);

/** Ranges of equal width over an exact number, from one aggregate query. */
export const numericRanges: ChunkStrategy = {
  name: 'numeric-ranges',
  suits: ({ key }) => key?.type.kind === 'decimal',
  async ranges(request, ask, context) {
    const [{ all_rows, key_rows, low, high }] = summarySchema.parse(
      await ask(summaryQuery(request), context),
    );
    const column = keyName(request);
    const bounds =
      low === null || high === null ? [] : cut({ low, high, rows: key_rows }, request.chunkRows);
    const ranges: PlannedRange[] = rangesBetween(column, bounds.map(String)).map(
      (range, index) => ({
        range,
        label: index === 0 ? 'from-lowest' : `from-${String(bounds[index - 1])}`,
      }),
    );
    if (all_rows === key_rows) return ranges;
    const expectedRows = Number(all_rows - key_rows);
    return [...ranges, { range: { keys: 'null', column }, label: 'null', expectedRows }];
  },
};

function summaryQuery(request: RangeRequest): string {
  const column = quoteIdentifier(keyName(request));
  return `SELECT TO_VARCHAR(COUNT(*)) AS "ALL_ROWS", TO_VARCHAR(COUNT(${column})) AS "KEY_ROWS",
  TO_VARCHAR(FLOOR(MIN(${column}))) AS "LOW", TO_VARCHAR(FLOOR(MAX(${column}))) AS "HIGH"
FROM ${fromClause(request.table)}
${whereClause(request.table)}`;
}

function keyName({ key }: RangeRequest): string {
  if (key === undefined) throw new RangeError('a numeric range needs a key');
  return key.name;
}

/** Inner bounds: whole numbers between the lowest and the highest, ascending, none twice. */
function cut(
  { low, high, rows }: { low: bigint; high: bigint; rows: bigint },
  chunkRows: number,
): readonly bigint[] {
  const wanted = (rows + BigInt(chunkRows) - 1n) / BigInt(chunkRows);
  const span = high - low + 1n;
  const chunks = [wanted, span, mostChunks].reduce((least, next) => (next < least ? next : least));
  return Array.from({ length: Number(chunks) - 1 }, (_, index) => {
    return low + (span * BigInt(index + 1)) / chunks;
  });
}
