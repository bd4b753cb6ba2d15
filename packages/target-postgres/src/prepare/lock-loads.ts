import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

/*
 * Chunks of a table share an advisory lock; whoever must know that none is under way takes it alone.
 * Not a lock of the table: that would ask for more rights than a role needs to add rows.
 */

/** To be taken by a chunk before it asks whether its run may go on. Held to the end of the transaction. */
export async function shareLoads(session: Session, table: TablePlan): Promise<void> {
  await lockLoads(session, table, 'pg_advisory_xact_lock_shared');
}

/** After this no chunk of any run is under way, and one that begins later finds what is committed. */
export async function waitForLoads(session: Session, table: TablePlan): Promise<void> {
  await lockLoads(session, table, 'pg_advisory_xact_lock');
}

async function lockLoads(
  session: Session,
  { key, target }: TablePlan,
  lock: 'pg_advisory_xact_lock' | 'pg_advisory_xact_lock_shared',
): Promise<void> {
  const name = JSON.stringify(['snowmelt loads', key, target.schema, target.name]);
  const sql = `SELECT pg_catalog.${lock}(hashtextextended($1, 0))`;
  await session.locking(`loads of ${target.schema}.${target.name}`, () =>
    session.query(sql, [name]),
  );
}
