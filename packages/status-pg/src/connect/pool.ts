import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

import { Client, Pool, type ClientBase, type ClientConfig } from 'pg';

import { sessionOf, type Session } from './session.ts';
import { isTransient } from './translate-error.ts';

/**
 * What breaks a connection fails the statement in hand; as an event nobody listens to it would end
 * the process. A login that fails on this side (no password for a server that wants one) hangs up,
 * and doesn't leave the connection to the server's authentication_timeout.
 */
export function tolerateErrors(client: Client): void {
  client.on('error', () => undefined);
  connectionOf(client).once('error', () => streamOf(client).destroy());
}

export function streamOf(client: Client): Socket {
  return connectionOf(client).stream;
}

/** Not in pg's types. */
function connectionOf(client: Client): EventEmitter & { readonly stream: Socket } {
  return (client as unknown as { connection: EventEmitter & { stream: Socket } }).connection;
}

/**
 * After a failover the old server may never answer, and the network not say so for a quarter of an
 * hour. No statement of the pool takes as long as this.
 */
const statementMs = 60_000;

export interface LazyPool {
  /** Runs `work` on a connection; says when it has one. A broken connection is not used again. */
  use<T>(onReached: () => void, work: (session: Session) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/**
 * Whatever default_transaction_read_only of the role or the database says; and names are looked for in
 * PostgreSQL's own schema only, since in another one of the role's path somebody else may have put a
 * function, operator or type that fits better
 * (https://www.postgresql.org/docs/current/ddl-schemas.html, "Usage Patterns").
 */
const sessionSql = `SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;
SET search_path = pg_catalog, pg_temp`;

/** The first thing that is said on a connection. */
export async function beginSession(client: ClientBase): Promise<void> {
  await client.query(sessionSql);
}

/** The pool is made when it is first needed. */
export function lazyPool(config: () => Promise<ClientConfig>, max: number): LazyPool {
  let opening: Promise<Pool> | undefined;
  async function open(): Promise<Pool> {
    const client = await config();
    /** The time to connect is for connecting only; a pool would count waiting for a turn as well. */
    class PooledClient extends Client {
      constructor() {
        super({ ...client, query_timeout: statementMs });
        tolerateErrors(this);
      }
    }
    const { connectionTimeoutMillis: _, ...rest } = client;
    const pool = new Pool({ ...rest, max, Client: PooledClient, allowExitOnIdle: true });
    pool.on('error', () => undefined); // A broken idle connection leaves the pool by itself.
    return pool;
  }
  function opened(): Promise<Pool> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }
  const begun = new WeakSet<Client>();
  return {
    async use(onReached, work) {
      const client = await (await opened()).connect();
      onReached();
      let broken = false;
      try {
        if (!begun.has(client)) await beginSession(client);
        begun.add(client);
        return await work(sessionOf(client));
      } catch (error) {
        broken = isTransient(error);
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async end(): Promise<void> {
      const pool = await opening?.catch(() => undefined);
      if (pool?.ending === false) await pool.end();
    },
  };
}
