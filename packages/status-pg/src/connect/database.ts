import { SnowmeltError, waits } from '@snowmelt/core';
import {
  beginSession,
  endPool,
  faultOf,
  findStranger,
  hangUp,
  outlast,
  passes,
  serverAccess,
  strangerWords,
  type Passing,
  type ServerAccess,
} from '@snowmelt/pg-connection';
import type { Client, Pool, PoolClient } from 'pg';

import type { PostgresStatusOptions } from './connection-options.ts';
import { asking, inTransaction, sessionOf, type Session, type Work } from './session.ts';
import { isTransient, translateError } from './translate-error.ts';

export interface Database extends AsyncDisposable {
  /** Host, port and database, for messages. */
  readonly server: string;
  readonly outageMs: number;
  /** How long one openRun waits for another. */
  readonly openSeconds: number;
  /** Between two looks at a connection that holds a run, and for an answer. */
  readonly beatMs: number;
  /** Aborted when the store is disposed. */
  readonly closing: AbortSignal;
  /**
   * Runs `work` and, where a connection breaks or a server is away that had been there, runs it
   * again: the reply may have been lost after the work was done, so it must be safe to repeat.
   * `again` tells it that it is a repetition. Throws translated errors.
   */
  run<T>(work: Work<T>): Promise<T>;
  /** The same, as one transaction. */
  transaction<T>(work: Work<T>): Promise<T>;
  /** A connection of its own, which the caller ends. Not repeated, errors as they are. */
  connectApart(): Promise<Client>;
  /** The same for `work`, which ends it or hands it on; repeated and translated as `run` does. */
  apart<T>(work: (session: Session, client: Client, again: boolean) => Promise<T>): Promise<T>;
}

export function createDatabase(options: PostgresStatusOptions): Database {
  const access = serverAccess(options);
  const closing = new AbortController();
  const pool = lazyPool(access, options);
  const seen: Seen = { reached: false, written: false };
  const patiently = patience(access, options, seen, closing.signal);

  function run<T>(work: Work<T>): Promise<T> {
    return patiently((hand, again) => {
      const reached = (session: Session) => {
        seen.reached = true;
        return work(watched(session, hand), again);
      };
      return pool.use(reached);
    });
  }

  async function connectApart(): Promise<Client> {
    const client = await access.connect({ application: 'snowmelt owner' });
    seen.reached = true;
    return client;
  }

  return {
    server: access.serverName(),
    outageMs: outageOf(options),
    openSeconds: options.openSeconds ?? 60,
    beatMs: (options.heartbeatSeconds ?? 10) * 1000,
    closing: closing.signal,
    run,
    transaction: (work) =>
      run(async (session, again) => {
        const result = await inTransaction(session, again, work);
        seen.written = true;
        return result;
      }),
    connectApart,
    apart: (work) =>
      patiently(async (hand, again) => {
        const client = await connectApart();
        const session = watched(sessionOf(client), hand);
        await refuseStranger(session, options.schemaOwners).catch(async (error: unknown) => {
          await hangUp(client);
          throw error;
        });
        return work(session, client, again);
      }),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await pool.end();
    },
  };
}

/**
 * After a failover the old server may never answer, and the network not say so for a quarter of an
 * hour. No statement of the pool takes as long as this.
 */
const statementMs = waits['status.call'].seconds * 1000;

interface LazyPool {
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** The pool is made when it is first needed. A connection that broke is not used again. */
function lazyPool(access: ServerAccess, options: PostgresStatusOptions): LazyPool {
  const { maxConnections: max = 5, schemaOwners } = options;
  let opening: Promise<Pool> | undefined;
  const begun = new WeakSet<object>();
  const open = (): Promise<Pool> =>
    access.pool({ application: 'snowmelt status', max, query_timeout: statementMs });
  const begin = async (session: Session, client: PoolClient): Promise<void> => {
    await beginSession(client, statementMs);
    await refuseStranger(session, schemaOwners);
  };
  const opened = (): Promise<Pool> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    async use(work) {
      const client = await (await opened()).connect();
      let broken = false;
      try {
        const session = sessionOf(client);
        if (!begun.has(client)) await begin(session, client);
        begun.add(client);
        return await work(session);
      } catch (error) {
        broken = isTransient(error);
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async end(): Promise<void> {
      const pool = await opening?.catch(() => undefined);
      if (pool?.ending === false) await endPool(pool);
    },
  };
}

/** Before anything is read or written in the schema. */
async function refuseStranger(session: Session, trusted?: readonly string[]): Promise<void> {
  const stranger = await findStranger(asking(session), 'migration_status', trusted);
  if (stranger === undefined) return;
  const { message, fix } = strangerWords('migration_status', stranger);
  throw new SnowmeltError('STATUS.SCHEMA_OWNER', message, { fix });
}

interface Seen {
  reached: boolean;
  written: boolean;
}

interface Hand {
  sql?: string;
}

function outageOf({ outageSeconds = 120 }: PostgresStatusOptions): number {
  return outageSeconds * 1000;
}

/** Does work while what it meets passes by itself, and translates what does not. */
function patience(
  access: ServerAccess,
  options: PostgresStatusOptions,
  seen: Seen,
  signal: AbortSignal,
) {
  const server = access.serverName();
  const where = { role: access.user, database: access.database };
  const outageMs = outageOf(options);
  const patient = { server, outageMs, signal, passes: passing(seen), tell: options.onOutage };
  return async <T>(work: (hand: Hand, again: boolean) => Promise<T>): Promise<T> => {
    const hand: Hand = {};
    try {
      return await outlast((again) => work(hand, again), patient);
    } catch (error) {
      throw translateError(error, server, { ...where, ...hand });
    }
  };
}

/** A server that has never taken a write is not waited for until it does. */
function passing(seen: Readonly<Seen>) {
  return (error: unknown): Passing => {
    const kind = faultOf(error)?.kind;
    const how = passes(error, kind === 'standby' ? seen.written : seen.reached);
    return how === 'no' && kind !== 'standby' && seen.reached && isTransient(error)
      ? 'outage'
      : how;
  };
}

/** Keeps the statement in hand, for what is said of an error. */
function watched(session: Session, hand: Hand): Session {
  return {
    query(text, values) {
      hand.sql = text;
      return session.query(text, values);
    },
  };
}
