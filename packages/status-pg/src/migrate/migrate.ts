import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';

import type { Database } from '../connect/database.ts';
import type { PostgresStatusOptions } from '../connect/connection-options.ts';
import {
  applyMigrations,
  hangUp,
  isServerError,
  pendingMigrations as pending,
  type Session,
} from '@snowmelt/pg-connection';
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
    if (found !== undefined) upgradeEarlierTool(found, database.serverName(), options);
    await migrateApart(database);
  } catch (error) {
    throw schemaError(error, database.serverName());
  }
}

function upgradeEarlierTool(found: EarlierTool, server: string, options: UpgradeOptions): void {
  const { upgradeEarlierTool: agreed = false, onUpgrade } = options;
  if (found.inUse && !agreed) throw earlierToolInUse(found, server);
  onUpgrade?.(earlierToolFinding({ ...found, inUse: false }, server));
}

/** On a connection without a time limit: the rows of an earlier tool may be many. */
async function migrateApart(database: Database): Promise<void> {
  await database.own(async (session, client) => {
    try {
      await session.transaction(() => applyMissing(session));
    } finally {
      await hangUp(client);
    }
  });
}

/** Those that `migrate` would apply. */
export async function pendingMigrations(session: Session) {
  return pending(session.rows, status);
}

async function applyMissing(session: Session): Promise<void> {
  await session.rows(
    `SELECT pg_advisory_xact_lock(hashtextextended('snowmelt.migrate/migration_status', 0))`,
  );
  await applyMigrations(session.rows, status);
}

/** What PostgreSQL refuses here is a matter of the schema, whatever its code says. */
function schemaError(error: unknown, server: string): unknown {
  if (isSnowmeltError(error)) return error;
  if (!isServerError(error)) return error;
  const { detail } = error;
  const reason = detail === undefined ? error.message : `${error.message} (${detail})`;
  const message = `The status schema cannot be brought up to date (${server}): ${reason}`;
  const fix =
    'Mend in schema migration_status what the message names, or set status_tracking_database to an empty database, and run the same command again.';
  return new SnowmeltError('STATUS.SCHEMA', message, { cause: error, fix });
}
