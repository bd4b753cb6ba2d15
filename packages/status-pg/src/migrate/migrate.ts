import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';

import type { Database } from '../connect/database.ts';
import type { PostgresStatusOptions } from '../connect/connection-options.ts';
import { applyMigrations, hangUp, pendingMigrations as pending } from '@snowmelt/pg-connection';
import { asking, inTransaction, type Session } from '../connect/session.ts';
import { errorCode } from '../connect/translate-error.ts';
import { migrations } from '../generated/migrations.ts';
import {
  earlierToolFinding,
  earlierToolInUse,
  findEarlierTool,
  type EarlierTool,
} from './earlier-tool.ts';

type UpgradeOptions = Pick<PostgresStatusOptions, 'upgradeEarlierTool' | 'onUpgrade'>;

const status = { schema: 'migration_status', table: 'schema_migrations', all: migrations };

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
  return pending(asking(session), status);
}

async function applyMissing(session: Session): Promise<void> {
  await session.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('snowmelt.migrate/migration_status', 0))`,
  );
  await applyMigrations(asking(session), status);
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
