import { SnowmeltError } from '@snowmelt/core';

import type { Databases } from './databases.ts';

export interface Blocker {
  readonly pid: number;
  readonly usename: string | null;
  readonly application_name: string | null;
  readonly state: string | null;
  /** When its transaction began, ISO 8601 to the second. */
  readonly since: string | null;
  readonly query: string | null;
}

const blockersSql = `
SELECT pid, usename, application_name, state, query,
       to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
FROM pg_catalog.pg_stat_activity
WHERE pid = ANY (pg_catalog.pg_blocking_pids($1))
ORDER BY pid`;

/** The sessions that the process `pid` waits for, asked from beside it. Never rejects. */
export async function blockersOf(
  databases: Databases,
  database: string,
  pid: number,
): Promise<readonly Blocker[]> {
  try {
    const apart = await databases.connectApart(database);
    try {
      return (await apart.query<Blocker>(blockersSql, [pid])).rows;
    } finally {
      await apart.end();
    }
  } catch {
    return []; // The lock error itself says enough to go on with.
  }
}

export function lockedError(
  what: string,
  blockers: readonly Blocker[],
  cause: unknown,
): SnowmeltError {
  const who = describeBlockers(blockers);
  const message = `${what} waited for a lock in vain${who === '' ? '' : `: it is held by ${who}`}`;
  const pids = blockers.map(({ pid }) => `SELECT pg_terminate_backend(${pid});`).join(' ');
  const fix =
    pids === ''
      ? {}
      : { fix: `End the session (${pids}), or raise postgres.settings.lock_timeout_seconds.` };
  return new SnowmeltError('TARGET.LOCKED', message, { cause, ...fix });
}

export function describeBlockers(blockers: readonly Blocker[]): string {
  return blockers.map(describeBlocker).join('; ');
}

/** An unprivileged user sees only the pid of another's session. */
function describeBlocker({ pid, usename, application_name, state, since, query }: Blocker): string {
  const known = [
    usename && `user ${usename}`,
    application_name && `application ${application_name}`,
    state,
    since && `since ${since}`,
    query && leadingWords(query),
  ].filter(Boolean);
  return `pid ${pid}${known.length > 0 ? ` (${known.join(', ')})` : ''}`;
}

/** P7: another session's statement up to where a value, or a secret, could stand. */
function leadingWords(query: string): string {
  const [words = ''] = /^[\w\s.,*"]*/u.exec(query.trim().replaceAll(/\s+/gu, ' ')) ?? [];
  const [before = ''] = words.split(/(?<=.)\b(?:PASSWORD|VALUES|SET|WHERE|AS|TO)\b/iu);
  return before.trim().slice(0, 60);
}
