import type { ErrorPlace } from '@snowmelt/core';
import type { Client, PoolClient } from 'pg';

import { hangUp } from './endings.ts';
import { faultOf } from './faults/fault.ts';
import type { FaultKind, FaultScene } from './faults/fault-row.ts';
import { outlast, passes, type Outage, type Passing, type Patience } from './faults/outlast.ts';
import { translateError, type ErrorScene, type FaultNames } from './faults/translate-error.ts';
import { interruptOnAbort } from './interrupt.ts';
import { keepPools, type Pools } from './pools.ts';
import { serverAccess, type AccessOptions, type ServerAccess } from './server-access.ts';
import { beginSession } from './session-settings.ts';
import { breaks, newHand, sessionOn, type Hand, type Session } from './session.ts';

export interface ServerOptions extends AccessOptions {
  /** What the pool's sessions are for, as pg_stat_activity shows it. */
  readonly application: string;
  /** Connections of the pool to each database at most. Further work waits for one. */
  readonly maxConnections: number;
  /** How long a server that was there is waited for while it is away. Default 120. */
  readonly outageSeconds?: number | undefined;
  /** Told of each such wait. */
  readonly onOutage?: ((outage: Outage) => void) | undefined;
  /** What the adapter calls the faults. */
  readonly names: FaultNames;
  /** What is the same wherever an error happens. */
  readonly scene?: Pick<FaultScene, 'connections' | 'statementTimeoutMs'>;
  /** Further faults that pass by themselves at a server that was there. */
  readonly passing?: readonly FaultKind[];
  /**
   * The pool's connections are sessions with settings of their own. Without it each transaction brings
   * its settings, so that a pooler may hand connections on between transactions.
   */
  readonly sessions?: KeptSessions;
}

export interface KeptSessions {
  /** How long a statement of the pool may take. */
  readonly statementMs: number;
  /** Before anything is read or written on a connection. */
  greet(session: Session): Promise<void>;
}

/** `again`: a repetition; the work may be done already, and only the answer was lost. */
export type Work<T> = (session: Session, again: boolean) => Promise<T>;

export interface SessionOptions {
  readonly database?: string;
  /** Its abort ends the statement in hand. */
  readonly signal?: AbortSignal;
  readonly place?: ErrorPlace | undefined;
  /** Only for the connection is a server waited for that is away: the work is not repeated. */
  readonly once?: boolean;
  /** Says more of an error than a SQLSTATE alone can; what it doesn't know it gives back. */
  readonly explain?: ((error: unknown) => unknown) | undefined;
}

/** One PostgreSQL server as an adapter works with it: pools, and connections beside them. */
export class Server implements AsyncDisposable {
  readonly user: string | undefined;
  /** Names a database in messages: host, port and database. */
  readonly serverName: ServerAccess['serverName'];
  /** Work beside the pools, in a connection that all such work takes in turn. */
  readonly beside: ServerAccess['beside'];
  readonly outageMs: number;
  readonly #options: ServerOptions;
  readonly #access: ServerAccess;
  readonly #pools: Pools;
  readonly #greeted = new WeakSet<object>();
  readonly #closing = new AbortController();
  /** The server has answered; it has begun a transaction that writes. */
  readonly #seen = { reached: false, written: false };

  constructor(options: ServerOptions) {
    const { application, maxConnections, sessions, outageSeconds = 120 } = options;
    this.#options = options;
    this.#access = serverAccess(options);
    const limits = sessions === undefined ? {} : { query_timeout: sessions.statementMs };
    this.#pools = keepPools(this.#access, { application, maxConnections, ...limits });
    this.user = this.#access.user;
    this.serverName = this.#access.serverName;
    this.beside = (database, work) => this.#access.beside(database, work);
    this.outageMs = outageSeconds * 1000;
  }

  /** Aborted when this is disposed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Work on a connection of the pool. Where a connection breaks, or a server is away that had been
   * there, it is done again, so it must be safe to repeat. Throws what the adapter calls the fault, or
   * the signal's reason.
   */
  async session<T>(options: SessionOptions, work: Work<T>): Promise<T> {
    const { database, signal, once = false } = options;
    const connect = () => this.#pools.acquire(database, signal);
    return this.#named(options, async (trace) => {
      const on = (client: PoolClient, again: boolean) =>
        this.#onClient(client, { ...options, trace }, (session) => work(session, again));
      const patience = this.#patience(options);
      if (once) return on(await outlast(connect, patience), false);
      return outlast(async (again) => on(await connect(), again), patience);
    });
  }

  /** A connection of its own, which the caller ends. Not repeated, errors as they are. */
  async connectApart(application: string): Promise<Client> {
    const client = await this.#access.connect({ application });
    this.#seen.reached = true;
    return client;
  }

  /** The same for `work`, which ends it or hands it on; repeated and named as `session` does. */
  async apart<T>(
    application: string,
    work: (session: Session, client: Client, again: boolean) => Promise<T>,
  ): Promise<T> {
    const attempt = async (trace: Trace, again: boolean): Promise<T> => {
      const client = await this.connectApart(application);
      const session = this.#sessionOn(client, trace);
      await this.#options.sessions?.greet(session).catch(async (error: unknown) => {
        await hangUp(client);
        throw error;
      });
      return work(session, client, again);
    };
    return this.#named({}, (trace) =>
      outlast((again) => attempt(trace, again), this.#patience({})),
    );
  }

  /** A server that has never taken a write is not waited for until it does. */
  passes(error: unknown): Passing {
    const { reached, written } = this.#seen;
    const kind = faultOf(error)?.kind;
    const further = kind !== undefined && this.#options.passing?.includes(kind) === true;
    if (further && reached) return 'outage';
    return passes(error, kind === 'standby' ? written : reached);
  }

  /** An error as the adapter calls it. */
  nameError(error: unknown, where: SessionOptions & Pick<ErrorScene, 'sql'> = {}): unknown {
    const { names, scene } = this.#options;
    const { user: role, database: own } = this.#access;
    const { database = own, place, sql } = where;
    const server = this.serverName(database);
    return translateError(error, { ...scene, server, database, role, sql, place }, names);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#pools[Symbol.asyncDispose]();
  }

  async #onClient<T>(
    client: PoolClient,
    { database, signal, trace }: SessionOptions & { readonly trace: Trace },
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const session = this.#sessionOn(client, trace);
    const { hand } = trace;
    const onError = (): void => {
      hand.broken = true;
    };
    client.on('error', onError);
    const interruption = interruptOnAbort({ beside: this.beside, database, client, hand }, signal);
    try {
      await this.#greet(client, session);
      return await work(session);
    } catch (error) {
      hand.broken ||= breaks(error);
      throw error;
    } finally {
      await interruption.end({ reuse: !hand.broken });
      client.off('error', onError);
      client.release(hand.broken);
    }
  }

  #sessionOn(client: Client | PoolClient, trace: Trace): Session {
    trace.hand = newHand();
    return sessionOn(client, trace.hand, () =>
      Object.assign(this.#seen, { reached: true, written: true }),
    );
  }

  async #greet(client: PoolClient, session: Session): Promise<void> {
    const { sessions } = this.#options;
    if (sessions === undefined || this.#greeted.has(client)) return;
    await beginSession(client, sessions.statementMs);
    await sessions.greet(session);
    this.#greeted.add(client);
    this.#seen.reached = true;
  }

  async #named<T>(options: SessionOptions, work: (trace: Trace) => Promise<T>): Promise<T> {
    const trace: Trace = { hand: newHand() };
    try {
      return await work(trace);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw this.nameError(options.explain?.(error) ?? error, { ...options, sql: trace.hand.sql });
    }
  }

  #patience({ database, signal = this.closing }: SessionOptions): Patience {
    const { outageMs } = this;
    const tell = this.#options.onOutage;
    return {
      server: this.serverName(database),
      outageMs,
      signal,
      passes: (e) => this.passes(e),
      tell,
    };
  }
}

/** The connection that was in hand last, for what is said of an error. */
interface Trace {
  hand: Hand;
}
