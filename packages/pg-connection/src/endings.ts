import { setTimeout as sleep } from 'node:timers/promises';

import type { Client, Pool } from 'pg';

import { streamOf } from './silence/watch-silence.ts';

/** How long a server may take to say goodbye. */
const patienceMs = 2000;

/**
 * Ends a connection. Its locks are given back before: the server notices the end of a connection
 * a moment later than the client, and the next process may be there before it.
 */
export async function hangUp(client: Client): Promise<void> {
  await withPatience(farewell(client));
  streamOf(client).destroy();
}

/** Ends a pool; connections that are still not closed after a moment are cut. */
export async function endPool(pool: Pool): Promise<void> {
  const open = new Set<Client>();
  pool.on('remove', (client) => open.delete(client as Client));
  for (const client of clientsOf(pool)) open.add(client);
  await withPatience(pool.end());
  for (const client of open) streamOf(client).destroy();
}

/** Not in the types of pg-pool. */
function clientsOf(pool: Pool): readonly Client[] {
  return (pool as unknown as { readonly _clients: readonly Client[] })._clients;
}

async function withPatience(ending: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const silence = sleep(patienceMs, undefined, { ref: false, signal: over.signal });
  await Promise.race([ending.catch(() => undefined), silence.catch(() => undefined)]);
  over.abort();
}

/** On a broken connection either fails, and the server gives the locks back by itself. */
async function farewell(client: Client): Promise<void> {
  await client.query('SELECT pg_catalog.pg_advisory_unlock_all()').catch(() => undefined);
  await client.end().catch(() => undefined);
}
