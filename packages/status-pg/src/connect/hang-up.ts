import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from 'pg';

import { streamOf } from './pool.ts';

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
  await client.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
  await client.end().catch(() => undefined);
}
