import type { TablePlan, TableRef, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { type Session, tableOptions, transaction } from '../connect/transaction.ts';
import { ledgerExists } from '../ledger/ensure-ledger.ts';
import { readTableLedger } from '../ledger/table-ledger.ts';
import { describeTable } from '../describe/describe-table.ts';
import { holdsNothing } from '../describe/is-empty.ts';
import { endStands } from './look-again.ts';

/** Whether what the run has completed is there still; cheap, and changes nothing. See `TellsStanding`. */
export function stands(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
): Promise<boolean> {
  return transaction(databases, tableOptions(table, context), async (session) => {
    const ledger = (await ledgerExists(session))
      ? await readTableLedger(session, table)
      : undefined;
    if (ledger === undefined) return holdsRows(session, table.target);
    // Another run's by now.
    if (ledger.superseded_by !== null || ledger.overtaken_by !== null) return true;
    return ledger.published && (await endStands(session, table, ledger.identity));
  });
}

/** Without a ledger there is nothing to compare with. */
async function holdsRows(session: Session, ref: TableRef): Promise<boolean> {
  return (await describeTable(session, ref)) !== undefined && !(await holdsNothing(session, ref));
}
