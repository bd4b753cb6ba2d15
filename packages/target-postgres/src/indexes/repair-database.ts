import type { RepairedTable, RepairReport, TableRef, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
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

/**
 * A live run holds an advisory lock of each of its targets in the status database (status-pg,
 * run/locks.ts), under this name. pg_locks shows the locks of all databases of a server, so it is
 * seen from here where both are on one server; and a chunk in the middle of its load is seen
 * anyway by its lock of the table.
 */
const liveSql = `
SELECT EXISTS (
  SELECT 1 FROM pg_catalog.pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)
) OR EXISTS (
  SELECT 1 FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'relation' AND l.relation = to_regclass($2) AND l.granted
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
    AND l.mode = 'RowExclusiveLock' AND a.application_name = 'snowmelt'
) AS live`;

async function hasLiveRun(session: Session, target: TableRef): Promise<boolean> {
  const { database, schema, name } = target;
  const lock = `snowmelt.table/${JSON.stringify([database, schema, name])}`;
  const { rows } = await session.query<{ live: boolean }>(liveSql, [lock, quoteTable(target)]);
  return rows[0]?.live === true;
}

async function analyze(session: Session, target: TableRef): Promise<void> {
  const name = quoteTable(target);
  await session.locking(`ANALYZE of ${name}`, () => session.query(`ANALYZE ${name}`));
}
