import { type Logger, SnowmeltError } from '@snowmelt/core';
import { isServerError, isStatementTimeout, quoteName, sqlState } from '@snowmelt/pg-connection';

import { blockersSql, describeBlockers, type Blocker } from './blockers.ts';
import type { Databases } from './databases.ts';

export interface LockWatch {
  readonly databases: Databases;
  readonly database: string;
  /** The server process that waits. */
  readonly pid: number;
  readonly what: string;
  /** Is told what is waited for. */
  readonly log?: Logger | undefined;
  /** How long somebody who has nothing to do with us is waited for at a lock of ours. Default 30,000. */
  readonly strangerMs?: number;
  /** Sessions of this name have no right any more to what is waited for: they are ended. */
  readonly stale?: StaleSessions;
}

export interface StaleSessions {
  /** `application_name` */
  readonly name: string;
  /** How long one is given to end by itself. */
  readonly afterMs: number;
  /** Only those whose transaction began before; microseconds by the server's clock. */
  readonly before?: () => number;
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
  const told: Told = {};
  using _telling = tellWaits(watch, told);
  using _ending = endStale(watch);
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
    if (told.strangers !== undefined) throw lockedError(what, told.strangers, error);
    if (!locked && !late) throw error;
    const blockers = (await asking) ?? [];
    throw locked || blockers.length > 0 ? lockedError(what, blockers, error) : error;
  } finally {
    clearTimeout(timer);
  }
}

interface Told {
  /** Who was waited for long enough. */
  strangers?: readonly Blocker[];
}

/** A statement that works, and does not wait, is told nothing of. */
function tellWaits(watch: LockWatch, told: Told): Disposable {
  const { databases, database, pid, what, log, strangerMs = 30_000 } = watch;
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const tell = async (): Promise<void> => {
    const blockers = await blockersOf(databases, database, pid);
    if (ended) return;
    const seconds = Math.round((performance.now() - started) / 1000);
    if (blockers.length > 0) {
      log?.warn('waiting_for_lock', { what, seconds, held_by: describeBlockers(blockers) });
      const isLate = performance.now() - started >= strangerMs;
      if (isLate && blockers.every(({ stranger }) => stranger)) {
        told.strangers = blockers;
        // In vain: the limit of locks ends it.
        await endWait(databases, database, pid).catch(() => undefined);
        return;
      }
    }
    next();
  };
  const next = (): void => {
    const waited = performance.now() - started;
    const [at = waited + (tellAfter.at(-1) ?? 0)] = tellAfter.filter((after) => after > waited);
    timer = setTimeout(() => void tell(), at - waited);
  };
  next();
  return {
    [Symbol.dispose]() {
      ended = true;
      clearTimeout(timer);
    },
  };
}

/** By its name and role once more: the process id may be another session's by now. */
const endStaleSql = `
SELECT pid, to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
       pg_catalog.pg_terminate_backend(pid) AS ended
FROM pg_catalog.pg_stat_activity
WHERE pid = ANY (pg_catalog.pg_blocking_pids($1)) AND application_name = $2 AND usename = current_user
  AND ($3::bigint IS NULL OR (extract(epoch FROM xact_start) * 1000000)::bigint < $3)`;

/**
 * A process that was frozen, or a machine that vanished, sends no FIN: its session keeps its locks, and
 * PostgreSQL has no reason to end it. Whoever waits here has taken its work over.
 */
function endStale({ databases, database, pid, stale, log }: LockWatch): Disposable {
  if (stale === undefined) return { [Symbol.dispose]: () => undefined };
  const end = async (): Promise<void> => {
    const { rows } = await databases.beside(database, (beside) =>
      beside.query<object>(endStaleSql, [pid, stale.name, stale.before?.() ?? null]),
    );
    for (const row of rows) log?.warn('stale_session_ended', { name: stale.name, ...row });
  };
  // What keeps it from being ended keeps the wait as it is; it has a limit of its own.
  const timer = setInterval(() => void end().catch(() => undefined), stale.afterMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The sessions that the process `pid` waits for, asked from beside it. Never rejects. */
async function blockersOf(
  databases: Databases,
  database: string,
  pid: number,
): Promise<readonly Blocker[]> {
  try {
    return await databases.beside(
      database,
      async (beside) => (await beside.query<Blocker>(blockersSql('$1'), [pid])).rows,
    );
  } catch {
    return []; // The lock error itself says enough to go on with.
  }
}

/** The statement that waits is cancelled, as by the limit of locks. */
async function endWait(databases: Databases, database: string, pid: number): Promise<void> {
  await databases.beside(database, (beside) =>
    beside.query('SELECT pg_catalog.pg_cancel_backend($1)', [pid]),
  );
}

function lockedError(what: string, blockers: readonly Blocker[], cause: unknown): SnowmeltError {
  const who = describeBlockers(blockers);
  const message = `${what} waited for a lock in vain${who === '' ? '' : `: it is held by ${who}`}`;
  const strangers = blockers.filter(({ stranger }) => stranger);
  const pids = blockers.map(({ pid }) => `SELECT pg_terminate_backend(${pid});`).join(' ');
  const fix =
    pids === ''
      ? {}
      : {
          fix: `End the session (${pids}), ${strangers.length > 0 ? away(strangers) : 'or raise postgres.settings.lock_timeout_seconds'}.`,
        };
  return new SnowmeltError('TARGET.LOCKED', message, { cause, ...fix });
}

/** Whoever may connect can take any advisory lock of the database. */
function away(strangers: readonly Blocker[]): string {
  const roles = new Set(strangers.map(({ usename }) => quoteName(usename ?? '…')));
  return `and, so that it does not come back, REVOKE CONNECT ON DATABASE … FROM ${[...roles].join(', ')}`;
}
