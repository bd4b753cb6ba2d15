import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import type { MeasureRequest } from './measure.ts';
import type { Scenario } from './scenario.ts';
import { startStopwatch, type Stretch } from './stopwatch.ts';

/**
 * The baseline: plain files into COPY, one transaction a file, no ledger, no gunzip, no checks.
 * Measured from the first byte to the last commit.
 */
export async function loadByHand(
  request: MeasureRequest,
  { before, copyInto, after }: ReturnType<NonNullable<Scenario['byHand']>>,
): Promise<Stretch> {
  const queue = [...request.files.plain];
  const clients = await Promise.all(
    Array.from({ length: request.connections }, () => connect(request.url)),
  );
  const stop = startStopwatch();
  await Promise.all(
    clients.map(async (client) => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        await client.query(before);
        const copy = client.query(copyFrom(`COPY ${copyInto} FROM STDIN (FORMAT csv)`));
        await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), copy);
        await client.query(after);
      }
    }),
  );
  const stretch = stop();
  await Promise.all(clients.map((client) => client.end()));
  return stretch;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SET synchronous_commit = off');
  return client;
}
