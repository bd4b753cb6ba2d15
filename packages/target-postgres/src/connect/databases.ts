import { endPool, outlast, passes, serverAccess, type ServerAccess } from '@snowmelt/pg-connection';
import type { Client, Pool, PoolClient } from 'pg';

import type { PostgresTargetOptions } from './connection-options.ts';
import { beginnings, timeLimits, type Beginnings, type TimeLimits } from './session-settings.ts';
import { translateError, type ErrorScene } from './translate-error.ts';

/** One pool a database, and connections beside the pools for what a full pool must not hold up. */
export interface Databases extends AsyncDisposable, TimeLimits {
  readonly begin: Beginnings;
  /** The memory of index builds is as configured, so nothing is added to it. */
  readonly givenBuildMemory: boolean;
  /** To each database. */
  readonly maxConnections: number;
  /** Rejects with the signal's reason where it comes first. The caller releases the client. */
  acquire(database: string, signal: AbortSignal): Promise<PoolClient>;
  /** Work beside the pool, in a connection that all such work takes in turn. */
  beside<T>(database: string, work: (client: Client) => Promise<T>): Promise<T>;
  /** Names a database in an error: host, port and database. */
  serverName(database: string): string;
  /** Further roles that may own the ledger. */
  readonly schemaOwners: readonly string[];
  /** As the configuration names it. */
  readonly user?: string;
  /** A transaction was begun somewhere on the server: it is there, and takes writes. */
  reached: boolean;
  /** Does `work` again while what it meets passes by itself; see `outlast`. */
  outlast<T>(database: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/** Beside the pool, in the same command: three of a status store, and one for looks at the others. */
const besidePool = 4;

export function createDatabases(options: PostgresTargetOptions): Databases {
  const { maxConnections = 10, settings = {}, outageSeconds = 120, onOutage: tell } = options;
  const { connection } = options;
  const { connectTimeoutSeconds, networkTimeoutSeconds: silenceSeconds } = settings;
  const { onSilence } = options;
  const access = serverAccess({ connection, connectTimeoutSeconds, silenceSeconds, onSilence });
  const pools = keepPools(access, maxConnections);
  const { serverName } = access;
  const user = access.user === undefined ? {} : { user: access.user };
  const sceneOf = (database: string): ErrorScene => ({
    database,
    server: serverName(database),
    role: access.user,
    connections: maxConnections + besidePool,
  });
  return {
    ...timeLimits(settings),
    ...user,
    reached: false,
    outlast(database, signal, work) {
      const server = serverName(database);
      const passing = (error: unknown) => passes(error, this.reached);
      return outlast(work, {
        server,
        signal,
        outageMs: outageSeconds * 1000,
        passes: passing,
        tell,
      });
    },
    begin: beginnings(settings),
    schemaOwners: options.schemaOwners ?? [],
    givenBuildMemory: settings.maintenanceWorkMem !== undefined,
    maxConnections,
    serverName,
    acquire: (database, signal) =>
      translated(sceneOf(database), async () => {
        signal.throwIfAborted();
        return abandonable((await pools.get(database)).connect(), signal);
      }),
    beside: (database, work) => access.beside(database, work),
    [Symbol.asyncDispose]: () => pools.end(),
  };
}

function keepPools(access: ServerAccess, max: number) {
  const pools = new Map<string, Promise<Pool>>();
  const open = (database: string) => access.pool({ database, application: 'snowmelt', max });
  return {
    get(database: string): Promise<Pool> {
      const known = pools.get(database);
      if (known !== undefined) return known;
      const opening = open(database);
      pools.set(database, opening);
      // A server that was away may be back: the next call asks again.
      opening.catch(() => pools.delete(database));
      return opening;
    },
    async end(): Promise<void> {
      const opened = await Promise.allSettled(pools.values());
      pools.clear();
      await Promise.all(
        opened.flatMap((one) => (one.status === 'fulfilled' ? [endPool(one.value)] : [])),
      );
    },
  };
}

async function translated<T>(scene: ErrorScene, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateError(error, scene);
  }
}

/** Where the signal comes first, the connection goes back to the pool when it is there at last. */
function abandonable(connecting: Promise<PoolClient>, signal: AbortSignal): Promise<PoolClient> {
  const { promise, resolve, reject } = Promise.withResolvers<PoolClient>();
  const abandon = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abandon, { once: true });
  connecting
    .then((client) => (signal.aborted ? client.release() : resolve(client)))
    .catch(reject)
    .finally(() => signal.removeEventListener('abort', abandon));
  return promise;
}
