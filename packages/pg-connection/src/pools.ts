import type { Pool, PoolClient } from 'pg';

import { endPool } from './endings.ts';
import type { ServerAccess } from './server-access.ts';

export interface PoolOptions {
  /** What the sessions are for, as pg_stat_activity shows it. */
  readonly application: string;
  /** Connections to each database at most. Further work waits for one. */
  readonly maxConnections: number;
  /** How long an answer may take. */
  readonly query_timeout?: number;
}

export interface Pools extends AsyncDisposable {
  /** Rejects with the signal's reason where it comes first. The caller releases the client. */
  acquire(database: string | undefined, signal: AbortSignal | undefined): Promise<PoolClient>;
}

/** One pool a database, made when it is first needed. */
export function keepPools(access: ServerAccess, options: PoolOptions): Pools {
  const { maxConnections: max, ...limits } = options;
  const pools = new Map<string | undefined, Promise<Pool>>();
  const pool = (database: string | undefined): Promise<Pool> => {
    const known = pools.get(database);
    if (known !== undefined) return known;
    const opening = access.pool({ database, max, ...limits });
    pools.set(database, opening);
    // A server that was away may be back: the next call asks again.
    opening.catch(() => pools.delete(database));
    return opening;
  };
  return {
    async acquire(database, signal) {
      signal?.throwIfAborted();
      return abandonable((await pool(database)).connect(), signal);
    },
    async [Symbol.asyncDispose]() {
      const opened = await Promise.allSettled(pools.values());
      pools.clear();
      await Promise.all(
        opened.flatMap((one) => (one.status === 'fulfilled' ? [endPool(one.value)] : [])),
      );
    },
  };
}

/** Where the signal comes first, the connection goes back to the pool when it is there at last. */
function abandonable(
  connecting: Promise<PoolClient>,
  signal: AbortSignal | undefined,
): Promise<PoolClient> {
  if (signal === undefined) return connecting;
  const { promise, resolve, reject } = Promise.withResolvers<PoolClient>();
  const abandon = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abandon, { once: true });
  connecting
    .then((client) => (signal.aborted ? client.release() : resolve(client)))
    .catch(reject)
    .finally(() => signal.removeEventListener('abort', abandon));
  return promise;
}
