import {
  applyMigrations,
  pendingMigrations as pending,
  refuseStranger as refuseOwner,
  relationExists,
  type Migrations,
} from '@snowmelt/pg-connection';

import type { Databases } from '../connect/databases.ts';
import { transaction, type Session, type TransactionOptions } from '../connect/transaction.ts';
import { migrations } from '../generated/migrations.ts';

/** Names the advisory lock under which the ledger and schemas are made. Any number does. */
const ddlLock = "hashtextextended('snowmelt ledger migrations', 0)";

const ledger: Migrations<(typeof migrations)[number]> = {
  schema: 'snowmelt',
  table: 'migrations',
  all: migrations,
};

export type PlainOptions = Omit<TransactionOptions, 'purpose'>;

/**
 * Brings the schema `snowmelt` up to date: idempotent, and safe with many processes at once. A
 * role without CREATE on the database can go on where the schema is there.
 */
export async function ensureLedger(databases: Databases, options: PlainOptions): Promise<void> {
  await transaction(databases, { ...options, purpose: 'plain' }, async (session) => {
    if ((await pendingMigrations(session)).length === 0) return;
    await lockDdl(session);
    await applyMigrations(session.rows, ledger);
  });
}

/** Held to the end of the transaction. */
export async function lockDdl(session: Session): Promise<void> {
  const lock = `SELECT pg_catalog.pg_advisory_xact_lock(${ddlLock})`;
  await session.locking('the snowmelt schema', () => session.query(lock));
}

/** Before anything is read or written there: by each that asks whether the ledger is there. */
async function refuseStranger(session: Session): Promise<void> {
  const { schema } = ledger;
  const trusted = session.schemaOwners;
  await refuseOwner(session.rows, { schema, trusted, code: 'TARGET.SCHEMA_OWNER' });
}

export async function ledgerExists(session: Session): Promise<boolean> {
  await refuseStranger(session);
  return relationExists(session.rows, ledger.schema, ledger.table);
}

/** Those that `ensureLedger` would apply. */
export async function pendingMigrations(session: Session): Promise<typeof migrations> {
  await refuseStranger(session);
  return pending(session.rows, ledger);
}
