import type { Restart, TablePlan, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { tableOptions, transaction } from '../connect/transaction.ts';
import { lockTargets, waitForLoads } from '../ledger/lock-target.ts';
import { readTableLedger, refuseSuperseded, restartTable } from '../ledger/table-ledger.ts';
import { addsToOthers } from './look-again.ts';
import { removeUnreadRows } from './unfinished-rows.ts';

/**
 * The source can't give the rest of what the run has begun to load: it begins the table anew. Rows that
 * were gathered go with their place, those of `truncate` when the table is emptied again, and those of
 * `upsert` find themselves by their key. A worker with the plan of before is told so by its next chunk.
 * See docs/decisions/0017-whose-rows.md.
 */
export async function restartRun(
  databases: Databases,
  table: TablePlan,
  why: string,
  context: WorkContext,
): Promise<Restart> {
  return transaction(databases, tableOptions(table, context), async (session) => {
    await lockTargets(session, table);
    const before = await readTableLedger(session, table);
    if (before === undefined)
      throw new Error(`table ${table.key} is not prepared for ${table.run}`);
    refuseSuperseded(table, before);
    // Another process has come first.
    if (before.restarts > (table.restarts ?? 0)) return { restarts: before.restarts, why };
    await waitForLoads(session, table);
    if (await addsToOthers(session, table)) await removeUnreadRows(session, table, why);
    return { restarts: await restartTable(session, table), why };
  });
}
