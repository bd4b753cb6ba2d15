import type { RunId, TableRef } from '@snowmelt/core';

import type { Session } from '../connect/session.ts';

/** Names of advisory locks; their numbers are hashes that PostgreSQL makes of them. */
export const runLock = (run: RunId): string => `snowmelt.run/${run}`;

export const tableLock = (target: TableRef): string =>
  `snowmelt.table/${JSON.stringify([target.database, target.schema, target.name])}`;

/** One openRun at a time: what it finds of other runs stays so until it is done. */
export async function waitToOpen(session: Session): Promise<void> {
  // A process that was stopped in the middle of opening must not hold up all others for ever.
  await session.query(`SET LOCAL lock_timeout = '60s'`);
  await session.query(`SELECT pg_advisory_xact_lock(hashtextextended('snowmelt.open-run', 0))`);
}

/** Takes locks for the length of the connection; returns the names of those that others have. */
export async function takeLocks(
  session: Session,
  names: readonly string[],
): Promise<readonly string[]> {
  const rows = await session.query<{ name: string; taken: boolean }>(
    `SELECT name, pg_try_advisory_lock(hashtextextended(name, 0)) AS taken
     FROM unnest($1::text[]) AS name`,
    [names],
  );
  return rows.filter(({ taken }) => !taken).map(({ name }) => name);
}

/** How many of these locks the session's own connection has. */
export async function countLocks(session: Session, names: readonly string[]): Promise<number> {
  const [row] = await session.query<{ held: number }>(
    `SELECT count(*)::int AS held
     FROM unnest($1::text[]) AS name
     JOIN pg_locks l ON l.locktype = 'advisory' AND l.pid = pg_backend_pid() AND l.granted
       AND l.objsubid = 1
       AND (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(name, 0)`,
    [names],
  );
  return row?.held ?? 0;
}
