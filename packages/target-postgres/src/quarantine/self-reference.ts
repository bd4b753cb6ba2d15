import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import type { RowRefusal } from '../copy/copy-error.ts';

const selfReferenceSql = `
SELECT 1 FROM pg_catalog.pg_constraint
WHERE contype = 'f' AND conrelid = confrelid AND conrelid = pg_catalog.to_regclass($1)`;

/**
 * Rows that a foreign key has refused may refer to a later row of the same chunk, where the table
 * refers to itself. Tells which refusals these are.
 */
export async function orphansOf(
  session: Session,
  { target }: TablePlan,
): Promise<(why: RowRefusal) => boolean> {
  const { rowCount } = await session.query(selfReferenceSql, [quoteTable(target)]);
  const refersToItself = rowCount !== 0;
  return ({ sqlState }) => refersToItself && sqlState === '23503';
}

/** Again and again, while some of them find their place. Gives those that have none. */
export async function whileSomeGoIn<T>(
  orphans: readonly T[],
  again: (orphans: readonly T[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  let left = orphans;
  for (;;) {
    if (left.length === 0) return left;
    const before = left.length;
    left = await again(left);
    if (left.length === before) return left;
  }
}
