import type { RepairedTable, RepairReport, TableRef, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { hasLiveRun } from '../connect/has-live-run.ts';
import { transaction, type Session } from '../connect/transaction.ts';
import { ensureLedger, ledgerExists } from '../prepare/ensure-ledger.ts';
import { quoteTable } from '../quote-identifier.ts';
import { restoreIndexes } from './restore-indexes.ts';

/** Restores what the index ledger owes the tables of a database, but for those of a live run. */
export async function repairDatabase(
  databases: Databases,
  database: string,
  context: WorkContext,
): Promise<RepairReport> {
  const options = { database, signal: context.signal };
  const plain = { ...options, purpose: 'plain' } as const;
  const known = await transaction(databases, plain, (session) =>
    ledgerExists(session, 'index_ledger'),
  );
  if (!known) return { database, tables: [] };
  await ensureLedger(databases, options);
  const owing = await transaction(databases, plain, (session) => tablesOwed(session, database));
  const tables: RepairedTable[] = [];
  for (const target of owing) {
    const busy = await transaction(databases, plain, (session) => hasLiveRun(session, target));
    const work = { databases, options, context };
    const restored = busy ? { owed: [], findings: [] } : await restoreIndexes(work, target);
    if (restored.owed.length > restored.findings.length) {
      await transaction(databases, plain, (session) => analyze(session, target));
    }
    tables.push({ target, busy, ...restored });
  }
  return { database, tables };
}

const owingSql = `
SELECT target_schema AS schema, target_table AS name FROM snowmelt.index_ledger
WHERE state <> 'rebuilt' GROUP BY 1, 2 ORDER BY min(id)`;

async function tablesOwed(session: Session, database: string): Promise<readonly TableRef[]> {
  const { rows } = await session.query<{ schema: string; name: string }>(owingSql);
  return rows.map(({ schema, name }) => ({ database, schema, name }));
}

async function analyze(session: Session, target: TableRef): Promise<void> {
  const name = quoteTable(target);
  await session.locking(`ANALYZE of ${name}`, () => session.query(`ANALYZE ${name}`));
}
