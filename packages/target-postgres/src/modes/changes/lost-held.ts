import type { ChangesPlan, Restart } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { lockTarget } from '../../ledger/lock-target.ts';
import { readHeld } from '../../ledger/snapshot-ledger.ts';
import { readTableLedger, refuseStalePlan, restartTable } from '../../ledger/table-ledger.ts';
import { readGathered } from '../gather/gather-ledger.ts';
import { dropGathered } from '../../tables/drop-leftovers.ts';
import { shadowName } from '../../tables/shadow-table.ts';

/**
 * Changes are what becomes of the rows of one snapshot: where the table does not hold those any more,
 * since it was emptied or made anew, whenever that was done, the run reads the whole table instead.
 */
export async function beginWithoutHeld(
  session: Session,
  table: ChangesPlan,
): Promise<Restart | undefined> {
  const { changes, target } = table;
  const why = `${target.schema}.${target.name} does not hold the rows of ${changes.from} any more: it was emptied or made anew`;
  await lockTarget(session, table);
  const ledger = await readTableLedger(session, table);
  // Said once already, and the answer to COMMIT was lost.
  if (ledger !== undefined && ledger.restarts > (table.restarts ?? 0)) {
    return { restarts: ledger.restarts, why };
  }
  await refuseStalePlan(session, table);
  if ((await readGathered(session, table)).inPlace) return undefined;
  if ((await readHeld(session, table)) === changes.from) return undefined;
  await dropGathered(session, shadowName(table));
  return { restarts: await restartTable(session, table), why };
}
