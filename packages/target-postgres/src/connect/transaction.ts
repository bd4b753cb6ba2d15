import type { ErrorPlace } from '@snowmelt/core';
import type { PoolClient, QueryResult, QueryResultRow } from 'pg';

import type { Databases } from './databases.ts';
import { interruptOnAbort } from './interrupt.ts';
import { blockersOf, lockedError } from './lock-blockers.ts';
import { sqlState } from './server-error.ts';
import { isStatementTimeout, translateError } from './translate-error.ts';

/** A transaction in hand. */
export interface Session {
  readonly client: PoolClient;
  /** One statement; values are bound. */
  query<R extends QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<R>>;
  /** Statements that may wait for a lock: an error names who holds it. */
  locking<T>(what: string, work: () => Promise<T>): Promise<T>;
}

export interface TransactionOptions {
  readonly database: string;
  readonly signal: AbortSignal;
  /** `load` trades the wait for the disk at COMMIT for speed; see session-settings.ts. */
  readonly purpose: 'plain' | 'load';
  readonly place?: ErrorPlace;
  /** Says more of an error than a SQLSTATE alone can; what it doesn't know it gives back. */
  readonly explain?: (error: unknown) => unknown;
}

/**
 * One transaction on a connection of the pool. It commits when `work` is done and rolls back
 * otherwise; an abort ends the statement in hand. Throws SnowmeltErrors, or the signal's reason.
 */
export async function transaction<T>(
  databases: Databases,
  options: TransactionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { database, signal, place } = options;
  const client = await databases.acquire(database, signal);
  const state = { broken: false };
  const onError = (): void => {
    state.broken = true;
  };
  client.on('error', onError);
  const interruption = interruptOnAbort(databases, database, client, signal);
  try {
    await client.query(databases.begin[options.purpose]);
    const result = await work(sessionOf(databases, database, client));
    signal.throwIfAborted();
    await commit(client);
    return result;
  } catch (error) {
    if (!state.broken) await client.query('ROLLBACK').catch(onError);
    signal.throwIfAborted();
    throw translateError(options.explain?.(error) ?? error, {
      server: databases.serverName(database),
      statementTimeoutMs: databases.statementTimeoutMs,
      ...(place === undefined ? {} : { place }),
    });
  } finally {
    await interruption.end({ reuse: !state.broken });
    client.off('error', onError);
    client.release(state.broken);
  }
}

/** PostgreSQL answers COMMIT with ROLLBACK, and no error, where the transaction has failed before. */
async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new Error(`COMMIT was answered with ${command}`);
}

function sessionOf(databases: Databases, database: string, client: PoolClient): Session {
  return {
    client,
    query: (sql, values) => client.query(sql, values === undefined ? undefined : [...values]),
    locking: (what, work) => watchLocks({ databases, database, client, what }, work),
  };
}

interface LockWatch {
  readonly databases: Databases;
  readonly database: string;
  readonly client: PoolClient;
  readonly what: string;
}

/** A second before the end is enough for another connection; of a short wait, half of it. */
function askAfter(limit: number): number {
  return Math.max(limit / 2, limit - 1000);
}

/**
 * Who blocks can only be asked while it is waited for, so it is asked shortly before the limit that
 * comes first: of locks, or of the whole statement.
 */
async function watchLocks<T>(watch: LockWatch, work: () => Promise<T>): Promise<T> {
  const { databases, database, client, what } = watch;
  const { lockTimeoutMs, statementTimeoutMs } = databases;
  const limits = [lockTimeoutMs, statementTimeoutMs].filter((limit) => limit > 0);
  if (limits.length === 0) return work();
  let asking: ReturnType<typeof blockersOf> | undefined;
  const timer = setTimeout(
    () => {
      asking = blockersOf(databases, database, client);
    },
    askAfter(Math.min(...limits)),
  );
  try {
    return await work();
  } catch (error) {
    const locked = sqlState(error) === '55P03';
    if (!locked && !isStatementTimeout(error, statementTimeoutMs)) throw error;
    const blockers = (await asking) ?? [];
    throw locked || blockers.length > 0 ? lockedError(what, blockers, error) : error;
  } finally {
    clearTimeout(timer);
  }
}
