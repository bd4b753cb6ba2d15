import { randomBytes } from 'node:crypto';

import { Client, escapeIdentifier } from 'pg';

import { withDatabase } from './server/server-address.ts';

/** Runs one statement on a connection of its own and returns the first row's first column. */
export async function runOnce(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // A server that stops meanwhile fails the query itself.
  await client.connect();
  try {
    const result = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return result.rows[0]?.[0];
  } finally {
    await client.end();
  }
}

export async function createDatabase(
  url: string,
  name = uniqueName(),
  template = 'template0',
): Promise<string> {
  await runOnce(url, `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${template}`);
  return withDatabase(url, name);
}

/** Ends the sessions of the database that `url` names, and drops it. */
export async function dropDatabase(serverUrl: string, url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  await runOnce(serverUrl, `DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
}

function uniqueName(): string {
  return `snowmelt_test_${randomBytes(8).toString('hex')}`;
}
