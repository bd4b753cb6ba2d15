import type { ErrorPlace, Logger, TablePlan, WorkContext } from '@snowmelt/core';
import { escapeLiteral, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';

import type { Databases } from './databases.ts';
import { interruptOnAbort } from './interrupt.ts';
import { translateError } from './translate-error.ts';
import { watchLocks, type LockWatch } from './watch-locks.ts';

/** A transaction in hand. */
export interface Session {
  readonly client: PoolClient;
  /** One statement; values are bound. */
  query<R extends QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<R>>;
  /** Statements that may wait for a lock: the log, and an error, name who holds it. */
  locking<T>(what: string, work: () => Promise<T>): Promise<T>;
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
 */
export async function transaction<T>(
  databases: Databases,
  options: TransactionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { database, signal, place, log } = options;
  const client = await databases.acquire(database, signal);
  const state = { broken: false };
  const onError = (): void => {
    state.broken = true;
  };
  client.on('error', onError);
  const interruption = interruptOnAbort(databases, database, client, signal);
  try {
    await client.query(`${databases.begin[options.purpose]}${nameAfter(place?.run)}`);
    const result = await work(sessionOf({ databases, database, client, log }));
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

/** So that pg_stat_activity tells whose session it is; see repair/orphans.ts. */
function nameAfter(run: string | undefined): string {
  return run === undefined
    ? ''
    : `\nSET LOCAL application_name = ${escapeLiteral(`snowmelt ${run}`)};`;
}

function sessionOf(using: Omit<LockWatch, 'what'>): Session {
  const { client } = using;
  return {
    client,
    query: (sql, values) => client.query(sql, values === undefined ? undefined : [...values]),
    locking: (what, work) => watchLocks({ ...using, what }, work),
  };
}
