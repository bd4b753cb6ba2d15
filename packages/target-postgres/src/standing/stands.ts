import { modeTraits, type TablePlan, type WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { type Session, tableOptions, transaction } from '../connect/transaction.ts';
import { ensureLedger, ledgerExists } from '../ledger/ensure-ledger.ts';
import { recordIdentity } from '../ledger/identity.ts';
import { readTableLedger } from '../ledger/table-ledger.ts';
import { describeTable } from '../describe/describe-table.ts';
import { holdsNothing } from '../describe/is-empty.ts';
import { endStands, holdsNoRowOfRun, leftOf, rowsChanged } from './look-again.ts';

/** Whether what the run has completed is there still; cheap. See `TellsStanding`. */
export function stands(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
): Promise<boolean> {
  return transaction(databases, tableOptions(table, context), async (session) => {
    const ledger = (await ledgerExists(session))
      ? await readTableLedger(session, table)
      : undefined;
    if (ledger === undefined) return standsUnknown(session, table);
    // Another run's by now.
    if (ledger.superseded_by !== null || ledger.overtaken_by !== null) return true;
    const found = ledger.published && (await endStands(session, table, ledger.identity));
    // So that it is found once only.
    if (found === 'rewritten') await recordIdentity(session, table);
    return found !== false;
  });
}

/**
 * Without a ledger there is nothing to compare with; and nobody knows who of those that share a table has
 * emptied it, so that the next one would do it again.
 */
async function standsUnknown(session: Session, { mode, target }: TablePlan): Promise<boolean> {
  if (modeTraits[mode].empties) return false;
  if ((await describeTable(session, target)) === undefined) return false;
  return !(await holdsNothing(session, target));
}

/** See `TellsStanding`: DROP SCHEMA snowmelt, or a restore without it, takes the ledger. */
export async function refuseForgotten(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
): Promise<void> {
  if (!modeTraits[table.mode].onlyAdds) return;
  const options = tableOptions(table, context);
  await ensureLedger(databases, options);
  await transaction(databases, options, async (session) => {
    if ((await readTableLedger(session, table)) !== undefined) return;
    if ((await describeTable(session, table.target)) === undefined) return;
    if (await holdsNoRowOfRun(session, leftOf(table))) return;
    const { schema, name } = table.target;
    throw rowsChanged(
      table,
      `the ledger (schema snowmelt) knows nothing any more of run ${table.run}, which has loaded rows into ${schema}.${name}: whether they are there can't be told`,
    );
  });
}
