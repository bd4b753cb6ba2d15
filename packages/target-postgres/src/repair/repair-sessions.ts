import { isSnowmeltError, type RepairedSession, type RepairRequest } from '@snowmelt/core';

import { transaction, type Session } from '../connect/transaction.ts';
import type { RestoreWork } from '../indexes/restore-work.ts';

interface Found {
  readonly pid: number;
  readonly name: string;
  readonly run: string;
  readonly since: string;
}

/** Sessions of ours in a transaction. */
export const ofSnowmelt = `
datname = current_database() AND application_name ~ '^snowmelt( |$)' AND state <> 'idle'
  AND xact_start IS NOT NULL AND pid <> pg_catalog.pg_backend_pid()`;

/** Those in a transaction of a run, by the name that `transaction` gives them. */
const sessionsSql = `
SELECT pid, application_name AS name, split_part(application_name, ' ', 2) AS run,
       to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
FROM pg_catalog.pg_stat_activity
WHERE ${ofSnowmelt} AND application_name ~ '^snowmelt [0-9a-f][^ ]*( (load|table))?$'
ORDER BY xact_start, pid`;

/** Once more by its name: the process id may be another session's by now. */
const endSql = `
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
WHERE pid = $1 AND application_name = $2`;

/**
 * Ends what the server still does for runs whose process is gone: mostly it notices by itself
 * (client_connection_check_interval), but not behind a pooler, nor on every platform.
 */
export async function repairSessions(
  work: RestoreWork,
  { dryRun, lives }: { readonly dryRun: boolean } & Required<Pick<RepairRequest, 'lives'>>,
): Promise<readonly RepairedSession[]> {
  const { databases, context } = work;
  const options = { ...work.options, purpose: 'plain' } as const;
  const found = await transaction(databases, options, readSessions);
  if (found.length === 0) return [];
  const known = await lives([...new Set(found.map(({ run }) => run))]);
  const repaired: RepairedSession[] = [];
  for (const { pid, name, run, since } of found) {
    const life = known.get(run);
    const isGone = life === 'open' || life === 'ended';
    const left = life === 'live' ? 'busy' : 'unknown';
    const end = () => transaction(databases, options, (session) => endOne(session, pid, name));
    const outcome = isGone ? (dryRun ? 'ended' : await allowed(end)) : left;
    if (outcome === 'ended' && !dryRun) context.log.info('session_ended', { pid, run, since });
    repaired.push({ id: pid, run, since, outcome });
  }
  return repaired;
}

async function readSessions(session: Session): Promise<readonly Found[]> {
  return (await session.query<Found & object>(sessionsSql)).rows;
}

async function endOne(session: Session, pid: number, name: string): Promise<void> {
  await session.query(endSql, [pid, name]);
}

/** A role ends sessions of its own, and others as a member of pg_signal_backend. */
async function allowed(end: () => Promise<void>): Promise<'ended' | 'not-allowed'> {
  try {
    await end();
    return 'ended';
  } catch (error) {
    if (isSnowmeltError(error) && error.code === 'TARGET.PRIVILEGE') return 'not-allowed';
    throw error;
  }
}
