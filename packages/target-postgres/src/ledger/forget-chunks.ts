import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { readReceipts } from './chunk-ledger.ts';
import { waitForLoads } from './lock-target.ts';

/** With the rows that this run has loaded goes what the ledger says of them. */
export async function forgetChunks(session: Session, { run, key }: TablePlan): Promise<void> {
  for (const ledger of ['chunk_ledger', 'rejected_rows']) {
    const sql = `DELETE FROM snowmelt.${ledger} WHERE run_id = $1 AND table_key = $2`;
    await session.query(sql, [run, key]);
  }
}

/** What this run has loaded by an earlier plan; `takeOut`: its rows, where nothing finds them again. */
export async function forgetEarlierPlan(
  session: Session,
  table: TablePlan,
  takeOut?: () => Promise<void>,
): Promise<void> {
  await waitForLoads(session, table);
  if ((await readReceipts(session, table)).length === 0) return;
  await takeOut?.();
  await forgetChunks(session, table);
}
