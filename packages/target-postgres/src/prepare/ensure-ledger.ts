import type { Databases } from '../connect/databases.ts';
import { transaction, type Session, type TransactionOptions } from '../connect/transaction.ts';
import { migrations } from '../generated/migrations.ts';

/** Names the advisory lock under which the ledger and schemas are made. Any number does. */
const ddlLock = "hashtextextended('snowmelt ledger migrations', 0)";

const appliedSql = `SELECT name FROM snowmelt.migrations`;

const bootstrapSql = `
CREATE SCHEMA IF NOT EXISTS snowmelt;
CREATE TABLE IF NOT EXISTS snowmelt.migrations (
  name text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);`;

export type PlainOptions = Omit<TransactionOptions, 'purpose'>;

/**
 * Brings the schema `snowmelt` up to date: idempotent, and safe with many processes at once. A
 * user without CREATE on the database can go on where it is up to date already.
 */
export async function ensureLedger(databases: Databases, options: PlainOptions): Promise<void> {
  await transaction(databases, { ...options, purpose: 'plain' }, async (session) => {
    if ((await missingMigrations(session)).length === 0) return;
    await lockDdl(session);
    if (!(await ledgerExists(session, 'migrations'))) await session.query(bootstrapSql);
    for (const { name, sql } of await missingMigrations(session)) {
      await session.query(sql);
      await session.query('INSERT INTO snowmelt.migrations (name) VALUES ($1)', [name]);
    }
  });
}

/** Held to the end of the transaction. */
export async function lockDdl(session: Session): Promise<void> {
  const lock = `SELECT pg_catalog.pg_advisory_xact_lock(${ddlLock})`;
  await session.locking('the snowmelt schema', () => session.query(lock));
}

export type LedgerTable =
  'migrations' | 'table_ledger' | 'chunk_ledger' | 'index_ledger' | 'rejected_rows';

export async function ledgerExists(session: Session, table: LedgerTable): Promise<boolean> {
  const sql = 'SELECT pg_catalog.to_regclass($1) IS NOT NULL AS exists';
  const result = await session.query<{ exists: boolean }>(sql, [`snowmelt.${table}`]);
  return result.rows[0]?.exists === true;
}

/** A ledger may be of an earlier version; `prepare` brings it up to date. */
export async function ledgerHasColumn(session: Session, column: string): Promise<boolean> {
  const sql = `SELECT 1 FROM pg_catalog.pg_attribute
WHERE attrelid = pg_catalog.to_regclass('snowmelt.table_ledger') AND attname = $1`;
  return (await session.query(sql, [column])).rowCount !== 0;
}

async function missingMigrations(session: Session): Promise<typeof migrations> {
  if (!(await ledgerExists(session, 'migrations'))) return migrations;
  const { rows } = await session.query<{ name: string }>(appliedSql);
  const applied = new Set(rows.map(({ name }) => name));
  return migrations.filter(({ name }) => !applied.has(name));
}
