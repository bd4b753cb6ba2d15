import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';

import type { Database } from '../connect/database.ts';
import type { PostgresStatusOptions } from '../connect/connection-options.ts';
import { hangUp } from '../connect/hang-up.ts';
import { inTransaction, type Session } from '../connect/session.ts';
import { errorCode } from '../connect/translate-error.ts';
import { migrations } from '../generated/migrations.ts';
import {
  earlierToolFinding,
  earlierToolInUse,
  findEarlierTool,
  type EarlierTool,
} from './earlier-tool.ts';

type UpgradeOptions = Pick<PostgresStatusOptions, 'upgradeEarlierTool' | 'onUpgrade'>;

const applied = 'SELECT name FROM migration_status.schema_migrations';

/**
 * Brings the schema up to date: one query where it is, one transaction under an advisory lock
 * where it is not. Migrations that only a newer program knows are left alone. A schema that the earlier
 * tool still works in is upgraded where `upgradeEarlierTool` says so.
 */
export async function migrate(database: Database, options: UpgradeOptions = {}): Promise<void> {
  try {
    const missing = await database.run(pendingMigrations);
    if (missing.length === 0) return;
    const found = await database.run(findEarlierTool);
    if (found !== undefined) upgradeEarlierTool(found, database.server, options);
    await migrateApart(database);
  } catch (error) {
    throw schemaError(error, database.server);
  }
}

function upgradeEarlierTool(found: EarlierTool, server: string, options: UpgradeOptions): void {
  const { upgradeEarlierTool: agreed = false, onUpgrade } = options;
  if (found.inUse && !agreed) throw earlierToolInUse(found, server);
  onUpgrade?.(earlierToolFinding({ ...found, inUse: false }, server));
}

/** On a connection without a time limit: the rows of an earlier tool may be many. */
async function migrateApart(database: Database): Promise<void> {
  await database.apart(async (session, client, again) => {
    try {
      await inTransaction(session, again, applyMissing);
    } finally {
      await hangUp(client);
    }
  });
}

/** Those that `migrate` would apply. */
export async function pendingMigrations(session: Session) {
  const names = new Set(await appliedNames(session));
  return migrations.filter(({ name }) => !names.has(name));
}

async function appliedNames(session: Session): Promise<readonly string[]> {
  try {
    const rows = await session.query<{ name: string }>(applied);
    return rows.map(({ name }) => name);
  } catch (error) {
    const neverMigrated = ['42P01', '3F000'].includes(errorCode(error));
    if (neverMigrated) return [];
    throw error;
  }
}

async function applyMissing(session: Session): Promise<void> {
  await session.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('snowmelt.migrate/migration_status', 0))`,
  );
  // Asked of the catalog: a failed query would end the transaction, and to_regclass answers from a
  // cache that does not hear of what another process has made while this one waited for the lock.
  const present = await session.query(
    `SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'migration_status' AND c.relname = 'schema_migrations'`,
  );
  const missing = present.length > 0 ? await pendingMigrations(session) : migrations;
  for (const { sql } of missing) await session.query(sql);
}

/** What PostgreSQL refuses here is a matter of the schema, whatever its code says. */
function schemaError(error: unknown, server: string): unknown {
  if (isSnowmeltError(error)) return error;
  const code = errorCode(error);
  if (!/^[0-9A-Z]{5}$/.test(code) || !(error instanceof Error)) return error;
  const { detail } = error as { detail?: string };
  const reason = detail === undefined ? error.message : `${error.message} (${detail})`;
  const message = `The status schema cannot be brought up to date (${server}): ${reason}`;
  const fix =
    'Mend in schema migration_status what the message names, or set status_tracking_database to an empty database, and run the same command again.';
  return new SnowmeltError('STATUS.SCHEMA', message, { cause: error, fix });
}
