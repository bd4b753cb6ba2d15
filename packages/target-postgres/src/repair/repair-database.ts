import type { RepairReport, RepairRequest, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { ensureLedger, ledgerExists } from '../prepare/ensure-ledger.ts';
import { repairIndexes } from './repair-indexes.ts';
import { repairShadows } from './repair-shadows.ts';

/** Finishes what runs have left undone in a database, and clears away what they have left behind. */
export async function repairDatabase(
  databases: Databases,
  { database, dropShadows }: RepairRequest,
  context: WorkContext,
): Promise<RepairReport> {
  const options = { database, signal: context.signal, log: context.log };
  const known = await transaction(databases, { ...options, purpose: 'plain' }, (session) =>
    ledgerExists(session, 'migrations'),
  );
  if (!known) return { database, tables: [], shadows: [] };
  await ensureLedger(databases, options);
  const work = { databases, options, context };
  const tables = await repairIndexes(work);
  return { database, tables, shadows: await repairShadows(work, dropShadows) };
}
