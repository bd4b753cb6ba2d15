import { SnowmeltError, type Finding } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

/** How long the earlier tool goes on with a run of its own, unless it is told otherwise. */
const itsRunsLast = '168 hours';

/** The schema as the earlier tool has made it, before any migration of ours. */
export interface EarlierTool {
  /** When it last began or ended a run; `null`: never. */
  readonly lastSeen: Date | null;
  /** It may well run again. */
  readonly inUse: boolean;
}

/** `undefined`: there is no schema, or it is ours already. */
export async function findEarlierTool(session: Session): Promise<EarlierTool | undefined> {
  const [tables] = await session.rows<{ theirs: boolean }>(
    `SELECT bool_or(c.relname = 'migration_runs') AND NOT bool_or(c.relname = 'schema_migrations')
       AS theirs
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'migration_status'`,
  );
  if (tables?.theirs !== true) return undefined;
  const [row] = await session.rows<{ last_seen: Date | null; in_use: boolean | null }>(
    `SELECT last_seen, last_seen > now() - interval '${itsRunsLast}' AS in_use
     FROM (SELECT max(greatest(started_at, completed_at))::timestamptz AS last_seen
           FROM migration_status.migration_runs) r`,
  );
  return { lastSeen: row?.last_seen ?? null, inUse: row?.in_use === true };
}

const wayBack = 'sql/status/down/earlier_tool.sql brings its schema back';

/**
 * Its first statements fail after the upgrade: it makes its views anew, without our columns, and finds
 * its rows by keys that forbid one table in two targets.
 */
export function earlierToolInUse({ lastSeen }: EarlierTool, server: string): SnowmeltError {
  const seen = lastSeen?.toISOString() ?? 'some time';
  return new SnowmeltError(
    'STATUS.SCHEMA',
    `migration_status (${server}) is the earlier tool's, which was at work there at ${seen}: ` +
      'it fails once Snowmelt has upgraded the schema. Nothing was changed.',
    {
      fix:
        'Let Snowmelt have a database of its own: createdb snowmelt, and status_tracking_database: ' +
        '"snowmelt". Or, when the earlier tool has had its last run, run snowmelt run ' +
        `--upgrade-status-schema once; ${wayBack}.`,
    },
  );
}

/** What `check` says of it. */
export function earlierToolFinding(found: EarlierTool, server: string): Finding {
  const { message, fix } = earlierToolInUse(found, server);
  if (found.inUse) return { code: 'STATUS.SCHEMA', severity: 'error', message, fix };
  return {
    code: 'STATUS.SCHEMA',
    severity: 'warning',
    message:
      `a run upgrades migration_status (${server}), which is the earlier tool's, and keeps ` +
      'its rows; the earlier tool fails there from then on',
    fix: `Stop the earlier tool before, or set status_tracking_database; ${wayBack}.`,
  };
}
