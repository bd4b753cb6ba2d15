import type { ErrorPlace, Logger, TablePlan, WorkContext } from '@snowmelt/core';
import type { Session as PostgresSession } from '@snowmelt/pg-connection';
import { escapeLiteral } from 'pg';

import type { Databases } from './databases.ts';
import { watchLocks, type LockWatch, type StaleSessions } from './watch-locks.ts';

/** A transaction in hand. */
export interface Session extends PostgresSession {
  /** As of `Databases`. */
  readonly schemaOwners: readonly string[];
  /**
   * Statements that may wait for a lock: the log, and an error, name who holds it. `stale` ends sessions
   * that have no right to it any more.
   */
  locking<T>(what: string, work: () => Promise<T>, stale?: StaleSessions): Promise<T>;
}

export interface TransactionOptions {
  readonly database: string;
  readonly signal: AbortSignal;
  /** `load` trades the wait for the disk at COMMIT for speed; see session-settings.ts. */
  readonly purpose: 'plain' | 'load';
  readonly place?: ErrorPlace;
  /** Is told what a statement waits for. */
  readonly log?: Logger;
  /** Says more of an error than a SQLSTATE alone can; what it doesn't know it gives back. */
  readonly explain?: (error: unknown) => unknown;
}

/** For work on a table of a run. */
export function tableOptions(
  { run, key, target }: TablePlan,
  { signal, log }: WorkContext,
): TransactionOptions {
  const place = { run, table: key };
  return { database: target.database, signal, log, place, purpose: 'plain' };
}

/**
 * One transaction on a connection of the pool. It commits when `work` is done and rolls back
 * otherwise; an abort ends the statement in hand. Throws SnowmeltErrors, or the signal's reason.
 *
 * A connection that breaks, and a server that is away for a while, are outlasted: `plain` work is
 * done again from its BEGIN, also where the answer to COMMIT was lost. So it looks in the ledger for
 * what is done already, as it must for a process that was killed there. A `load` has read its source:
 * only its connection is waited for, and the chunk is tried again by whoever leased it.
 */
export async function transaction<T>(
  databases: Databases,
  options: TransactionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { database, log, purpose, place, signal } = options;
  const begin = `${databases.begin[purpose]}${nameAfter(place?.run, purpose)}`;
  return databases.session({ ...options, once: purpose === 'load' }, (session) =>
    session.transaction(async () => {
      const stale = await formerOwners(session, databases, options);
      const watch = { databases, database, log, ...(stale === undefined ? {} : { stale }) };
      const result = await work(watched(session, watch));
      signal.throwIfAborted();
      return result;
    }, begin),
  );
}

/** Milliseconds that a session of an owner of before is given to come to its end. */
const formerGraceMs = 5000;

/**
 * Sessions of a process that had the run before this one and was frozen, or vanished, while it prepared or
 * published: it has lost the run, and its locks stand in the way. They began before this process was first
 * heard of in the run; those of its own tables, and of a former owner that thaws, did not.
 */
async function formerOwners(
  session: PostgresSession,
  { firstHeard }: Databases,
  { database, purpose, place }: TransactionOptions,
): Promise<StaleSessions | undefined> {
  if (place?.run === undefined || purpose === 'load') return undefined;
  const name = sessionName(place.run, purpose);
  const key = JSON.stringify([database, name]);
  if (!firstHeard.has(key)) {
    const { rows } = await session.query<{ now: string }>(
      'SELECT (extract(epoch FROM pg_catalog.now()) * 1000000)::bigint::text AS now',
    );
    const heard = Number(rows[0]?.now);
    firstHeard.set(key, Math.min(heard, firstHeard.get(key) ?? heard));
  }
  return { name, afterMs: formerGraceMs, before: () => firstHeard.get(key) ?? 0 };
}

export function sessionName(run: string, purpose: TransactionOptions['purpose']): string {
  return `snowmelt ${run} ${purpose === 'load' ? 'load' : 'table'}`;
}

/** So that pg_stat_activity tells whose session it is; see repair/repair-sessions.ts. */
function nameAfter(run: string | undefined, purpose: TransactionOptions['purpose']): string {
  if (run === undefined) return '';
  const name = sessionName(run, purpose);
  return `\nSET LOCAL application_name = ${escapeLiteral(name)};`;
}

function watched(session: PostgresSession, watch: Omit<LockWatch, 'what' | 'pid'>): Session {
  const { pid } = session;
  return {
    ...session,
    schemaOwners: watch.databases.schemaOwners,
    locking: (what, work, stale = watch.stale) =>
      watchLocks({ ...watch, pid, what, ...(stale === undefined ? {} : { stale }) }, work),
  };
}
