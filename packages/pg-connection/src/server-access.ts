import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { reveal, type SecretText } from '@snowmelt/core';
import { Client, Pool, type ClientConfig, type PoolConfig } from 'pg';

import type { PostgresConnection } from './connection.ts';
import { resolveConnection } from './resolve-connection.ts';
import { beginSession } from './session-settings.ts';
import { tlsOptions } from './tls.ts';

/** How to get at a server, with every default resolved. */
export interface ServerAccess {
  /** Absent: whom the driver takes. */
  readonly user?: string;
  /** That the connection names; absent: the driver takes the user's. */
  readonly database?: string;
  /** Names a database in messages: host, port and database. */
  readonly serverName: (database?: string) => string;
  /** A connection of its own, with the settings of a session of ours; the caller ends it. */
  connect(place: ConnectionPlace): Promise<Client>;
  /** Connections that are made when they are needed; one that breaks leaves by itself. */
  pool(place: ConnectionPlace & Pick<PoolConfig, 'max' | 'query_timeout'>): Promise<Pool>;
}

export interface ConnectionPlace {
  readonly database?: string | undefined;
  /** What the session is for, as pg_stat_activity shows it. */
  readonly application: string;
}

export interface AccessOptions {
  readonly connection: PostgresConnection;
  /** How long a new connection may take. Default 15. */
  readonly connectTimeoutSeconds?: number | undefined;
}

export function serverAccess({
  connection,
  connectTimeoutSeconds = 15,
}: AccessOptions): ServerAccess {
  const resolved = resolveConnection(connection);
  const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;
  const host = resolved.host ?? PGHOST ?? 'localhost';
  const port = resolved.port ?? Number(PGPORT ?? 5432);
  const user = resolved.user ?? PGUSER;
  const own = resolved.database ?? PGDATABASE;
  const { password, ssl = {} } = resolved;
  const timeoutMs = connectTimeoutSeconds * 1000;
  /** TLS is settled by asking the server, so it takes a moment. */
  const config = async ({ application, database = own }: ConnectionPlace) => ({
    host,
    port,
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password: handedOver(password) }),
    ssl: await tlsOptions(ssl, { host, port }, timeoutMs),
    application_name: application,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  const Timed = timedClient(timeoutMs);
  return {
    ...(user === undefined ? {} : { user }),
    ...(own === undefined ? {} : { database: own }),
    serverName: (database = own) => `${host}:${port}, database ${database ?? 'of the user'}`,
    async connect(place) {
      const client = new Timed(await config(place));
      await client.connect();
      await beginSession(client);
      return client;
    },
    async pool({ max, query_timeout, ...place }) {
      const limits = { max, ...(query_timeout === undefined ? {} : { query_timeout }) };
      const given = { ...(await config(place)), ...limits };
      const pool = new Pool({ ...given, Client: Timed, allowExitOnIdle: true });
      pool.on('error', () => undefined); // A broken idle connection leaves the pool by itself.
      return pool;
    },
  };
}

/** The driver asks for it when the server does, so that no options of a pool or client hold it (P7). */
function handedOver(password: SecretText | (() => Promise<string>)): () => Promise<string> {
  if (typeof password === 'function') return password;
  return () => Promise.resolve(reveal(password));
}

/** Only connecting has a time limit, not waiting for a free connection: pg has one word for both. */
function timedClient(connectionTimeoutMillis: number): typeof Client {
  return class extends Client {
    constructor(config: ClientConfig = {}) {
      // Named, since a pool hides the password from enumeration (P7), and so from the spread.
      const { password } = config;
      const given = password === undefined ? {} : { password };
      super({ ...config, ...given, connectionTimeoutMillis });
      tolerateErrors(this);
    }
  };
}

/**
 * What breaks a connection fails the statement in hand; as an event nobody listens to it would end
 * the process. A login that fails on this side (no password for a server that wants one) hangs up,
 * and doesn't leave the connection to the server's authentication_timeout.
 */
function tolerateErrors(client: Client): void {
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

/** How long a server may take to say goodbye. */
const patienceMs = 5000;

/**
 * Ends a connection. Its locks are given back before: the server notices the end of a connection
 * a moment later than the client, and the next process may be there before it.
 */
export async function hangUp(client: Client): Promise<void> {
  const silence = sleep(patienceMs, undefined, { ref: false });
  await Promise.race([farewell(client), silence]);
  streamOf(client).destroy();
}

/** On a broken connection either fails, and the server gives the locks back by itself. */
async function farewell(client: Client): Promise<void> {
  await client.query('SELECT pg_catalog.pg_advisory_unlock_all()').catch(() => undefined);
  await client.end().catch(() => undefined);
}
