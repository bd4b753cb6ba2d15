import type {
  RepairedTable,
  RepairReport,
  RepairRequest,
  RunId,
  RunLife,
  TableRef,
  WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { hasLiveRun } from '../connect/has-live-run.ts';
import { type Session, transaction } from '../connect/transaction.ts';
import { restoreIndexes } from '../indexes/restore-indexes.ts';
import type { RestoreWork } from '../indexes/restore-work.ts';
import {
  ensureLedger,
  ledgerExists,
  pendingMigrations,
  type PlainOptions,
} from '../ledger/ensure-ledger.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { repairSessions } from './repair-sessions.ts';
import { repairShadows } from './repair-shadows.ts';

const noneKnown = async (): Promise<ReadonlyMap<RunId, RunLife>> => new Map();

/** Finishes what runs have left undone in a database, and clears away what they have left behind. */
export async function repairDatabase(
  databases: Databases,
  { database, dropGathered: all, dryRun = false, lives }: RepairRequest,
  context: WorkContext,
): Promise<RepairReport> {
  const options = { database, signal: context.signal, log: context.log };
  const known = await transaction(databases, { ...options, purpose: 'plain' }, (session) =>
    ledgerExists(session),
  );
  if (!known) return { database, tables: [], gathered: [], sessions: [] };
  if (!dryRun) await ensureLedger(databases, options);
  const work = { databases, options, context };
  // First, since they may hold what the others wait for.
  const sessions = await repairSessions(work, { dryRun, lives: lives ?? noneKnown });
  if (dryRun && (await isEarlier(databases, options))) {
    context.log.warn('ledger_of_earlier_version', { database, why: 'repair without --dry-run' });
    return { database, tables: [], gathered: [], sessions };
  }
  const tables = await repairIndexes(work, { dryRun });
  return { database, tables, gathered: await repairShadows(work, { all, dryRun }), sessions };
}

async function isEarlier(databases: Databases, options: PlainOptions): Promise<boolean> {
  return transaction(
    databases,
    { ...options, purpose: 'plain' },
    async (session) => (await pendingMigrations(session)).length > 0,
  );
}

/** Restores what the index ledger owes the tables of a database, but for those of a live run. */
async function repairIndexes(
  work: RestoreWork,
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly RepairedTable[]> {
  const { databases, options } = work;
  const plain = { ...options, purpose: 'plain' } as const;
  const owing = await transaction(databases, plain, (session) =>
    tablesOwed(session, options.database),
  );
  const tables: RepairedTable[] = [];
  for (const target of owing) {
    const busy = await transaction(databases, plain, (session) => hasLiveRun(session, target));
    if (dryRun && !busy) {
      const owed = await transaction(databases, plain, (session) => namesOwed(session, target));
      tables.push({ target, busy, owed, findings: [] });
      continue;
    }
    const restored = busy ? { owed: [], findings: [] } : await restoreIndexes(work, target);
    if (restored.owed.length > restored.findings.length) {
      await transaction(databases, plain, (session) => analyze(session, target));
    }
    tables.push({ target, busy, ...restored });
  }
  return tables;
}

const owingSql = `
SELECT target_schema AS schema, target_table AS name FROM snowmelt.index_ledger
WHERE state <> 'rebuilt' GROUP BY 1, 2 ORDER BY min(id)`;

async function tablesOwed(session: Session, database: string): Promise<readonly TableRef[]> {
  const { rows } = await session.query<{ schema: string; name: string }>(owingSql);
  return rows.map(({ schema, name }) => ({ database, schema, name }));
}

const namesSql = `
SELECT name FROM snowmelt.index_ledger
WHERE target_schema = $1 AND target_table = $2 AND state <> 'rebuilt' ORDER BY id`;

async function namesOwed(
  session: Session,
  { schema, name: table }: TableRef,
): Promise<readonly string[]> {
  const { rows } = await session.query<{ name: string }>(namesSql, [schema, table]);
  return rows.map(({ name }) => name);
}

async function analyze(session: Session, target: TableRef): Promise<void> {
  const name = quoteTable(target);
  await session.locking(`ANALYZE of ${name}`, () => session.onTable(`ANALYZE ${name}`));
}
