import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

/** One process at a time prepares a target. Held to the end of the transaction. */
export async function lockTarget(session: Session, { target }: TablePlan): Promise<void> {
  const sql = 'SELECT pg_catalog.pg_advisory_xact_lock(hashtextextended($1, 0))';
  const name = JSON.stringify(['snowmelt prepare', target.schema, target.name]);
  await session.locking(`preparing ${target.name}`, () => session.query(sql, [name]));
}
