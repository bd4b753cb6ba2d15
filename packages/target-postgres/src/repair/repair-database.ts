import type { RepairReport, RepairRequest, RunId, RunLife, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import {
  ensureLedger,
  ledgerExists,
  pendingMigrations,
  type PlainOptions,
} from '../ledger/ensure-ledger.ts';
import { repairIndexes } from './repair-indexes.ts';
import { repairSessions } from './repair-sessions.ts';
import { repairShadows } from './repair-shadows.ts';

const noneKnown = async (): Promise<ReadonlyMap<RunId, RunLife>> => new Map();

/** Finishes what runs have left undone in a database, and clears away what they have left behind. */
export async function repairDatabase(
  databases: Databases,
  { database, dropShadows: all, dryRun = false, lives }: RepairRequest,
  context: WorkContext,
): Promise<RepairReport> {
  const options = { database, signal: context.signal, log: context.log };
  const known = await transaction(databases, { ...options, purpose: 'plain' }, (session) =>
    ledgerExists(session, 'migrations'),
  );
  if (!known) return { database, tables: [], shadows: [], sessions: [] };
  if (!dryRun) await ensureLedger(databases, options);
  const work = { databases, options, context };
  // First, since they may hold what the others wait for.
  const sessions = await repairSessions(work, { dryRun, lives: lives ?? noneKnown });
  if (dryRun && (await isEarlier(databases, options))) {
    context.log.warn('ledger_of_earlier_version', { database, why: 'repair without --dry-run' });
    return { database, tables: [], shadows: [], sessions };
  }
  const tables = await repairIndexes(work, { dryRun });
  return { database, tables, shadows: await repairShadows(work, { all, dryRun }), sessions };
}

async function isEarlier(databases: Databases, options: PlainOptions): Promise<boolean> {
  return transaction(
    databases,
    { ...options, purpose: 'plain' },
    async (session) => (await pendingMigrations(session)).length > 0,
  );
}
