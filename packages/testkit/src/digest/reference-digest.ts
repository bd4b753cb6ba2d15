import { createHash } from 'node:crypto';

import { comparableColumns, type ColumnPair, type TableDigest } from '@snowmelt/core';

import { comparableText } from './comparable-text.ts';

/**
 * The digest of rows given as canonical text, in the order of `columns`: what every source and
 * target must come to (docs/reference/digest.md).
 */
export function referenceDigest(
  columns: readonly ColumnPair[],
  rows: Iterable<readonly (string | null)[]>,
): TableDigest {
  const taking = comparableColumns(columns).map((column) => ({
    column,
    index: columns.indexOf(column),
  }));
  let count = 0;
  let sum = 0n;
  for (const row of rows) {
    count += 1;
    const fields = taking.map(({ column, index }) => comparableText(column, row[index] ?? null));
    sum += rowNumber(fields.join(','));
  }
  const names = taking.map(({ column }) => column.target);
  return { rows: count, digest: String(sum), columns: names };
}

/** The last 15 hexadecimal digits of the MD5. */
function rowNumber(text: string): bigint {
  return BigInt(`0x${createHash('md5').update(text).digest('hex').slice(-15)}`);
}
