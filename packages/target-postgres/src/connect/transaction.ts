import type { ErrorPlace, Logger, TablePlan, WorkContext } from '@snowmelt/core';
import { escapeLiteral, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';

import { noteBackend, takeOwnPath, takeRolesPath, type Ask } from '@snowmelt/pg-connection';

import type { Databases } from './databases.ts';
import { interruptOnAbort, type Backend } from './interrupt.ts';
import { translateError } from './translate-error.ts';
import { watchLocks, type LockWatch, type StaleSessions } from './watch-locks.ts';

/** A transaction in hand. */
export interface Session {
  /** The server process. */
  readonly pid: number;
  /** As of `Databases`. */
  readonly schemaOwners: readonly string[];
  /** One statement on what is Snowmelt's own and on catalogs, under PostgreSQL's own path; values are bound. */
  query<R extends QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<R>>;
  /**
   * One statement on tables of users, whose triggers, checks, defaults, index expressions and policies
   * it may run: under the role's own search_path. So whatever it names has its schema: functions,
   * types, and operators as `OPERATOR(pg_catalog.=)`; no IN, BETWEEN, LIKE, IS DISTINCT FROM, NULLIF
   * or USING, which take operators by their names.
   */
  onTable<R extends QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<R>>;
  /** The connection, for COPY: as `onTable`. */
  copying(): Promise<PoolClient>;
  /** SAVEPOINT, RELEASE and ROLLBACK TO, which takes back the path as well. */
  savepoint(sql: string): Promise<void>;
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
  const { database, signal, purpose } = options;
  const connect = () => databases.acquire(database, signal);
  try {
    if (purpose === 'plain') {
      const once = async () => onClient(databases, options, await connect(), work);
      return await databases.outlast(database, signal, once);
    }
    const client = await databases.outlast(database, signal, connect);
    return await onClient(databases, options, client, work);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** What is known of a transaction in hand. */
interface Hand extends Backend {
  broken: boolean;
  /** The search_path in force; absent: after a ROLLBACK TO, it may be either. */
  path?: typeof takeOwnPath | typeof takeRolesPath;
  /** Constraints and triggers of users may wait for COMMIT. */
  onTable: boolean;
  /** The last statement, without its values. */
  sql?: string;
}

async function onClient<T>(
  databases: Databases,
  options: TransactionOptions,
  client: PoolClient,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { database, signal, log } = options;
  const hand: Hand = { broken: false, path: takeOwnPath, onTable: false };
  const onError = (): void => {
    hand.broken = true;
  };
  client.on('error', onError);
  const interruption = interruptOnAbort(databases, database, { client, backend: hand }, signal);
  try {
    hand.pid = await begin(databases, options, client);
    noteBackend(client, hand.pid);
    const result = await work(sessionOf(client, hand, { databases, database, log }));
    signal.throwIfAborted();
    await commit(client, hand);
    return result;
  } catch (error) {
    if (!hand.broken) await client.query('ROLLBACK').catch(onError);
    signal.throwIfAborted();
    throw translateError(options.explain?.(error) ?? error, sceneOf(databases, options, hand));
  } finally {
    await interruption.end({ reuse: !hand.broken });
    client.off('error', onError);
    client.release(hand.broken);
  }
}

/** Several statements at once; one of them says which process it is. */
async function begin(
  databases: Databases,
  { purpose, place }: TransactionOptions,
  client: PoolClient,
): Promise<number> {
  const sql = `${databases.begin[purpose]}${nameAfter(place?.run, purpose)}`;
  const results = (await client.query(sql)) as unknown as readonly QueryResult<{ pid?: number }>[];
  databases.reached = true;
  return results.flatMap(({ rows }) => rows).find(({ pid }) => pid !== undefined)?.pid ?? -1;
}

function sceneOf(databases: Databases, { database, place }: TransactionOptions, { sql }: Hand) {
  const { statementTimeoutMs, user: role } = databases;
  const server = databases.serverName(database);
  const placed = place === undefined ? {} : { place };
  return { server, database, role, sql, statementTimeoutMs, ...placed };
}

/** PostgreSQL answers COMMIT with ROLLBACK, and no error, where the transaction has failed before. */
async function commit(client: PoolClient, hand: Hand): Promise<void> {
  const sql = hand.onTable ? `${takeRolesPath} COMMIT` : 'COMMIT';
  const results = [await client.query(sql)].flat();
  const command = results.at(-1)?.command;
  if (command !== 'COMMIT') throw new Error(`COMMIT was answered with ${command}`);
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

function sessionOf(
  client: PoolClient,
  hand: Hand,
  watch: Omit<LockWatch, 'what' | 'pid'>,
): Session {
  const { pid = -1 } = hand;
  const take = async (path: NonNullable<Hand['path']>): Promise<void> => {
    if (hand.path !== path) await client.query(path);
    hand.path = path;
  };
  const under = (path: NonNullable<Hand['path']>): Session['query'] => {
    return async (sql, values) => {
      await take(path);
      hand.sql = sql;
      return client.query(sql, values === undefined ? undefined : [...values]);
    };
  };
  const onTable = under(takeRolesPath);
  return {
    pid,
    schemaOwners: watch.databases.schemaOwners,
    query: under(takeOwnPath),
    onTable(sql, values) {
      hand.onTable = true;
      return onTable(sql, values);
    },
    async copying() {
      hand.onTable = true;
      await take(takeRolesPath);
      return client;
    },
    async savepoint(sql) {
      if (sql.includes('ROLLBACK')) delete hand.path;
      await client.query(sql);
    },
    locking: (what, work, stale) =>
      watchLocks({ ...watch, pid, what, ...(stale === undefined ? {} : { stale }) }, work),
  };
}

/** What is asked of a schema of our own, as all adapters do. */
export function asking(session: Session): Ask {
  return async <Row extends object>(sql: string, values?: readonly unknown[]) =>
    (await session.query<Row & QueryResultRow>(sql, values)).rows;
}
