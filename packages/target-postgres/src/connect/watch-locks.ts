import { type Logger, SnowmeltError } from '@snowmelt/core';
import { isServerError, isStatementTimeout, sqlState } from '@snowmelt/pg-connection';

import type { Databases } from './databases.ts';

export interface LockWatch {
  readonly databases: Databases;
  readonly database: string;
  /** The server process that waits. */
  readonly pid: number;
  readonly what: string;
  /** Is told what is waited for. */
  readonly log?: Logger | undefined;
}

/** When a wait is told, in milliseconds from its beginning; then once in the last of these. */
const tellAfter = [3000, 30_000, 120_000];

/** A second before the end is enough for another connection; of a short wait, half of it. */
function askAfter(limit: number): number {
  return Math.max(limit / 2, limit - 1000);
}

/**
 * Who blocks can only be asked while it is waited for: after some seconds, to tell it, and shortly
 * before the limit that comes first, of locks or of the whole statement, for the error.
 */
export async function watchLocks<T>(watch: LockWatch, work: () => Promise<T>): Promise<T> {
  const { databases, database, pid, what } = watch;
  const { lockTimeoutMs, statementTimeoutMs } = databases;
  const limits = [lockTimeoutMs, statementTimeoutMs].filter((limit) => limit > 0);
  let asking: ReturnType<typeof blockersOf> | undefined;
  using _telling = tellWaits(watch);
  const timer =
    limits.length === 0
      ? undefined
      : setTimeout(
          () => {
            asking = blockersOf(databases, database, pid);
          },
          askAfter(Math.min(...limits)),
        );
  try {
    return await work();
  } catch (error) {
    const locked = sqlState(error) === '55P03';
    const late = isServerError(error) && isStatementTimeout(error, statementTimeoutMs);
    if (!locked && !late) throw error;
    const blockers = (await asking) ?? [];
    throw locked || blockers.length > 0 ? lockedError(what, blockers, error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** A statement that works, and does not wait, is told nothing of. */
function tellWaits({ databases, database, pid, what, log }: LockWatch): Disposable {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let ended = log === undefined;
  const tell = async (): Promise<void> => {
    const blockers = await blockersOf(databases, database, pid);
    if (ended) return;
    const seconds = Math.round((performance.now() - started) / 1000);
    if (blockers.length > 0) {
      log?.warn('waiting_for_lock', { what, seconds, held_by: describeBlockers(blockers) });
    }
    next();
  };
  const next = (): void => {
    const waited = performance.now() - started;
    const [at = waited + (tellAfter.at(-1) ?? 0)] = tellAfter.filter((after) => after > waited);
    timer = setTimeout(() => void tell(), at - waited);
  };
  if (!ended) next();
  return {
    [Symbol.dispose]() {
      ended = true;
      clearTimeout(timer);
    },
  };
}

interface Blocker {
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
async function blockersOf(
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

function lockedError(what: string, blockers: readonly Blocker[], cause: unknown): SnowmeltError {
  const who = describeBlockers(blockers);
  const message = `${what} waited for a lock in vain${who === '' ? '' : `: it is held by ${who}`}`;
  const pids = blockers.map(({ pid }) => `SELECT pg_terminate_backend(${pid});`).join(' ');
  const fix =
    pids === ''
      ? {}
      : { fix: `End the session (${pids}), or raise postgres.settings.lock_timeout_seconds.` };
  return new SnowmeltError('TARGET.LOCKED', message, { cause, ...fix });
}

function describeBlockers(blockers: readonly Blocker[]): string {
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
