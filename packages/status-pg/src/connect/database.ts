import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';

import { clientConfig, serverName } from './client-config.ts';
import type { PostgresStatusOptions } from './connection-options.ts';
import { lazyPool, tolerateErrors } from './pool.ts';
import { inTransaction, type Work } from './session.ts';
import { isTransient, translateError } from './translate-error.ts';

export interface Database extends AsyncDisposable {
  /** Host, port and database, for messages. */
  readonly server: string;
  readonly outageMs: number;
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
}

export function createDatabase(options: PostgresStatusOptions): Database {
  const config = clientConfig(options);
  const closing = new AbortController();
  const server = serverName(options);
  const outageMs = (options.outageSeconds ?? 120) * 1000;
  const pool = lazyPool(config, options.maxConnections ?? 5);
  let reached = false;
  const onReached = (): void => {
    reached = true;
  };

  async function repeat<T>(work: Work<T>): Promise<T> {
    const started = Date.now();
    for (let tries = 1; ; tries += 1) {
      try {
        return await pool.use(onReached, (session) => work(session, tries > 1));
      } catch (error) {
        const left = started + outageMs - Date.now();
        if (!reached || left <= 0 || !isTransient(error)) throw translateError(error, server);
        await sleep(Math.min(left, pause(tries)), undefined, { signal: closing.signal });
      }
    }
  }

  return {
    server,
    outageMs,
    beatMs: (options.heartbeatSeconds ?? 10) * 1000,
    closing: closing.signal,
    run: repeat,
    transaction: (work) => repeat((session, again) => inTransaction(session, again, work)),
    async connectApart() {
      const client = new Client({ ...(await config()), application_name: 'snowmelt owner' });
      tolerateErrors(client);
      await client.connect();
      onReached();
      return client;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await pool.end();
    },
  };
}

/** Milliseconds before try `tries + 1`: 0.1 s doubling to 5 s, with jitter. */
function pause(tries: number): number {
  return Math.min(5000, 100 * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
}
