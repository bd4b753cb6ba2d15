import { SnowmeltError } from '@snowmelt/core';
import type { PoolClient } from 'pg';

import type { Databases } from './databases.ts';
import { backendPid } from './interrupt.ts';

export interface Blocker {
  readonly pid: number;
  readonly usename: string | null;
  readonly application_name: string | null;
  readonly state: string | null;
}

const blockersSql = `
SELECT pid, usename, application_name, state
FROM pg_catalog.pg_stat_activity
WHERE pid = ANY (pg_catalog.pg_blocking_pids($1))
ORDER BY pid`;

/** The sessions that `client` waits for, asked from beside it. Never rejects. */
export async function blockersOf(
  databases: Databases,
  database: string,
  client: PoolClient,
): Promise<readonly Blocker[]> {
  try {
    const apart = await databases.connectApart(database);
    try {
      return (await apart.query<Blocker>(blockersSql, [backendPid(client)])).rows;
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
  const who = blockers.map(describeBlocker).join('; ');
  const message = `${what} waited for a lock in vain${who === '' ? '' : `: it is held by ${who}`}`;
  const pids = blockers.map(({ pid }) => `SELECT pg_terminate_backend(${pid});`).join(' ');
  const fix =
    pids === ''
      ? {}
      : { fix: `End the session (${pids}), or raise postgres.settings.lock_timeout_seconds.` };
  return new SnowmeltError('TARGET.LOCKED', message, { cause, ...fix });
}

/** An unprivileged user sees only the pid of another's session. */
function describeBlocker({ pid, usename, application_name, state }: Blocker): string {
  const known = [
    usename && `user ${usename}`,
    application_name && `application ${application_name}`,
    state,
  ].filter(Boolean);
  return `pid ${pid}${known.length > 0 ? ` (${known.join(', ')})` : ''}`;
}
