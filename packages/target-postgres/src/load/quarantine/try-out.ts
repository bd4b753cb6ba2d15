import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { rowRefusal, type RowRefusal } from '../copy-error.ts';

/**
 * Does the work, or leaves nothing of it and says which refusal of rows stood in the way. What no
 * row is to blame for is thrown.
 */
export async function tryOut(
  session: Session,
  table: TablePlan,
  work: () => Promise<RowRefusal | undefined>,
): Promise<RowRefusal | undefined> {
  await session.query('SAVEPOINT snowmelt_rows');
  const refusal = await refusalOf(table, work);
  const undo = refusal === undefined ? '' : 'ROLLBACK TO SAVEPOINT snowmelt_rows;';
  // Released in either case: PostgreSQL would keep each of them to the end of the transaction.
  await session.query(`${undo} RELEASE SAVEPOINT snowmelt_rows`);
  return refusal;
}

async function refusalOf(table: TablePlan, work: () => Promise<RowRefusal | undefined>) {
  try {
    return await work();
  } catch (error) {
    const refusal = rowRefusal(error, table);
    if (refusal === undefined) throw error;
    return refusal;
  }
}
