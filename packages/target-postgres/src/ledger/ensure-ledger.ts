import type { Databases } from '../connect/databases.ts';
import { transaction, type Session, type TransactionOptions } from '../connect/transaction.ts';
import { migrations } from '../generated/migrations.ts';

/** Names the advisory lock under which the ledger and schemas are made. Any number does. */
const ddlLock = "hashtextextended('snowmelt ledger migrations', 0)";

const appliedSql = `SELECT name FROM snowmelt.migrations`;

export type PlainOptions = Omit<TransactionOptions, 'purpose'>;

/**
 * Brings the schema `snowmelt` up to date: idempotent, and safe with many processes at once. A
 * role without CREATE on the database can go on where the schema is there.
 */
export async function ensureLedger(databases: Databases, options: PlainOptions): Promise<void> {
  await transaction(databases, { ...options, purpose: 'plain' }, async (session) => {
    if ((await pendingMigrations(session)).length === 0) return;
    await lockDdl(session);
    for (const { sql } of await pendingMigrations(session)) await session.query(sql);
  });
}

/** Held to the end of the transaction. */
export async function lockDdl(session: Session): Promise<void> {
  const lock = `SELECT pg_catalog.pg_advisory_xact_lock(${ddlLock})`;
  await session.locking('the snowmelt schema', () => session.query(lock));
}

export type LedgerTable =
  'migrations' | 'table_ledger' | 'chunk_ledger' | 'index_ledger' | 'rejected_rows' | 'fed_columns';

/**
 * Not `to_regclass`: that wants USAGE on the schema, and answers from a cache which does not hear of
 * a schema that another process has made while this one waited for its lock.
 */
const existsSql = `
SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'snowmelt' AND c.relname = $1`;

export async function ledgerExists(session: Session, table: LedgerTable): Promise<boolean> {
  return (await session.query(existsSql, [table])).rowCount !== 0;
}

/** A ledger may be of an earlier version; `prepare` brings it up to date. */
export async function ledgerHasColumn(session: Session, column: string): Promise<boolean> {
  const sql = `SELECT 1 FROM pg_catalog.pg_attribute
WHERE attrelid = pg_catalog.to_regclass('snowmelt.table_ledger') AND attname = $1`;
  return (await session.query(sql, [column])).rowCount !== 0;
}

/** Those that `ensureLedger` would apply. */
export async function pendingMigrations(session: Session): Promise<typeof migrations> {
  if (!(await ledgerExists(session, 'migrations'))) return migrations;
  const { rows } = await session.query<{ name: string }>(appliedSql);
  const applied = new Set(rows.map(({ name }) => name));
  return migrations.filter(({ name }) => !applied.has(name));
}
