import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

/** With the rows that this run has loaded goes what the ledger says of them. */
export async function forgetChunks(session: Session, { run, key }: TablePlan): Promise<void> {
  for (const ledger of ['chunk_ledger', 'rejected_rows']) {
    const sql = `DELETE FROM snowmelt.${ledger} WHERE run_id = $1 AND table_key = $2`;
    await session.query(sql, [run, key]);
  }
}
