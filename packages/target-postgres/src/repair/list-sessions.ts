import type { SessionBlocker, TargetSession, WorkContext } from '@snowmelt/core';

import { blockersSql, describeBlocker, type Blocker } from '../connect/blockers.ts';
import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { ofSnowmelt } from './repair-sessions.ts';

interface Row {
  readonly pid: number;
  readonly run: string | null;
  readonly since: string;
  readonly waits_for: string | null;
  readonly blockers: readonly Blocker[];
}

/**
 * What a session waits for has the table's name where it is one of this database
 * (https://www.postgresql.org/docs/current/view-pg-locks.html).
 */
const sessionsSql = `
SELECT s.pid, s.run, s.since, s.waits_for,
       coalesce((SELECT json_agg(b) FROM (${blockersSql('s.pid')}) b), '[]') AS blockers
FROM (
  SELECT pid, substring(application_name FROM '^snowmelt ([0-9a-f]\\S*)') AS run,
         to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
         (SELECT concat_ws(' ', l.mode, 'on', coalesce(l.relation::regclass::text, l.locktype))
          FROM pg_catalog.pg_locks l WHERE l.pid = a.pid AND NOT l.granted LIMIT 1) AS waits_for
  FROM pg_catalog.pg_stat_activity a
  WHERE ${ofSnowmelt}
) s
ORDER BY s.since, s.pid`;

/** The sessions of runs in a database, and who holds what they wait for. */
export async function listSessions(
  databases: Databases,
  database: string,
  { signal }: WorkContext,
): Promise<readonly TargetSession[]> {
  const options = { database, signal, purpose: 'plain' } as const;
  const { rows } = await transaction(databases, options, (session) =>
    session.query<Row & object>(sessionsSql),
  );
  return rows.map(({ pid, run, since, waits_for: waitsFor, blockers }) => ({
    pid,
    ...(run === null ? {} : { run }),
    since,
    ...(waitsFor === null ? {} : { waitsFor }),
    blockers: blockers.map(viewBlocker),
  }));
}

function viewBlocker(blocker: Blocker): SessionBlocker {
  const [, run] = /^snowmelt ([0-9a-f][^ ]*)/u.exec(blocker.application_name ?? '') ?? [];
  return {
    who: describeBlocker(blocker),
    ...(run === undefined ? {} : { run }),
    end: `SELECT pg_terminate_backend(${blocker.pid});`,
  };
}
