import { reveal, waits, type SecretText } from '@snowmelt/core';
import { Client, Pool, type ClientConfig, type PoolConfig } from 'pg';

import type { PostgresConnection } from './connection.ts';
import { hangUp } from './endings.ts';
import { resolveConnection } from './resolve-connection.ts';
import { beginSession } from './session-settings.ts';
import { lookAtBackends, type Beside } from './silence/look-at-backends.ts';
import { connectionOf, streamOf, watchSilence, type Silence } from './silence/watch-silence.ts';
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
  /**
   * Work beside all other connections, such as asking who blocks one of them: one at a time, so that
   * it takes one connection at most, however many are waited with.
   */
  beside<T>(database: string | undefined, work: (client: Client) => Promise<T>): Promise<T>;
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
  /** How long the server may give no sign while it is waited for. Default 60. */
  readonly silenceSeconds?: number | undefined;
  /** Told of waits that last. */
  readonly onSilence?: ((silence: Silence) => void) | undefined;
}

export function serverAccess(options: AccessOptions): ServerAccess {
  const { connectTimeoutSeconds = waits['target.connect'].seconds } = options;
  const { silenceSeconds = waits['target.statement'].seconds } = options;
  const server = resolveServer(options.connection);
  const { user, database: own } = server;
  const timeoutMs = connectTimeoutSeconds * 1000;
  const limitMs = silenceSeconds * 1000;
  const beside = besideOthers(server, Math.min(timeoutMs, limitMs / 2));
  const Timed = timedClient(timeoutMs, watching(server, { ...options, limitMs, beside }));
  return {
    ...(user === undefined ? {} : { user }),
    ...(own === undefined ? {} : { database: own }),
    serverName: (database) => nameOf(server, database),
    beside,
    async connect(place) {
      const client = new Timed(await clientConfig(server, place, timeoutMs));
      await client.connect();
      await beginSession(client);
      return client;
    },
    async pool({ max, query_timeout, ...place }) {
      const limits = { max, ...(query_timeout === undefined ? {} : { query_timeout }) };
      const given = { ...(await clientConfig(server, place, timeoutMs)), ...limits };
      const pool = new Pool({ ...given, Client: Timed, allowExitOnIdle: true });
      pool.on('error', () => undefined); // A broken idle connection leaves the pool by itself.
      return pool;
    },
  };
}

type Server = ReturnType<typeof resolveServer>;

/** With what the connection leaves out, as libpq looks it up. */
function resolveServer(connection: PostgresConnection) {
  const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;
  const resolved = resolveConnection(connection);
  return {
    host: resolved.host ?? PGHOST ?? 'localhost',
    port: resolved.port ?? Number(PGPORT ?? 5432),
    user: resolved.user ?? PGUSER,
    database: resolved.database ?? PGDATABASE,
    password: resolved.password,
    ssl: resolved.ssl ?? {},
  };
}

function nameOf({ host, port, database: own }: Server, database = own): string {
  return `${host}:${port}, database ${database ?? 'of the user'}`;
}

/** TLS is settled by asking the server, so it takes a moment. */
async function clientConfig(server: Server, place: ConnectionPlace, timeoutMs: number) {
  const { host, port, user, password, ssl } = server;
  const { application, database = server.database } = place;
  return {
    host,
    port,
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password: handedOver(password) }),
    ssl: await tlsOptions(ssl, { host, port }, timeoutMs),
    application_name: application,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

interface Watching extends Pick<AccessOptions, 'onSilence'> {
  readonly limitMs: number;
  readonly beside: Beside;
}

/** What is done with each new connection. */
function watching(server: Server, { limitMs, beside, onSilence }: Watching) {
  const looking = lookAtBackends(beside);
  return (client: Client): void => {
    const { database } = client;
    const tell = (told: Omit<Silence, 'server'>): void =>
      onSilence?.({ ...told, server: nameOf(server, database) });
    watchSilence(client, { limitMs, backends: looking(database ?? server.database), tell });
  };
}

/** The driver asks for it when the server does, so that no options of a pool or client hold it (P7). */
function handedOver(password: SecretText | (() => Promise<string>)): () => Promise<string> {
  if (typeof password === 'function') return password;
  return () => Promise.resolve(reveal(password));
}

/** Only connecting has a time limit, not waiting for a free connection: pg has one word for both. */
function timedClient(
  connectionTimeoutMillis: number,
  made: (client: Client) => void = () => undefined,
): typeof Client {
  return class extends Client {
    constructor(config: ClientConfig = {}) {
      // Named, since a pool hides the password from enumeration (P7), and so from the spread.
      const { password } = config;
      const given = password === undefined ? {} : { password };
      super({ ...config, ...given, connectionTimeoutMillis });
      tolerateErrors(this);
      made(this);
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

/** What is under way beside all other connections, by server: one in a process, whoever asks. */
const turns = new Map<string, Promise<unknown>>();

/** Work in a connection of its own, which is made when its turn has come, and ended. */
function besideOthers(server: Server, patienceMs: number): Beside {
  const Timed = timedClient(patienceMs);
  const key = `${server.host}:${server.port}`;
  return (database, work) => {
    const done = (turns.get(key) ?? Promise.resolve()).then(async () => {
      const place = { application: 'snowmelt watch', database };
      const client = new Timed(await clientConfig(server, place, patienceMs));
      await client.connect();
      const late = setTimeout(() => streamOf(client).destroy(), patienceMs);
      try {
        return await work(client);
      } finally {
        clearTimeout(late);
        await hangUp(client);
      }
    });
    const turn = done.catch(() => undefined);
    turns.set(key, turn);
    return done;
  };
}
