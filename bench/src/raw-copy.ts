import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/**
 * The baseline: plain files straight into COPY, one file at a time a connection, no ledger, no
 * gunzip, no checks. Returns the seconds from the first byte to the last commit.
 */
export async function rawCopy(
  url: string,
  table: string,
  files: readonly string[],
  connections: number,
): Promise<number> {
  const queue = [...files];
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(url)));
  const started = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        const copy = client.query(copyFrom(`COPY ${table} FROM STDIN (FORMAT csv)`));
        await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), copy);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(clients.map((client) => client.end()));
  return seconds;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SET synchronous_commit = off');
  return client;
}
