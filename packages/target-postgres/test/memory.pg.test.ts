import { Readable } from 'node:stream';

import { testContext } from '@snowmelt/testkit/context';
import { expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { bench, chunkOf, countRows, planFor } from './fixtures.ts';
import { startProxy } from './proxy.ts';

const mebibyte = 1024 * 1024;

it('P6: 200 MB through a slow target hold a few MB, whatever the source could give', async () => {
  await using on = await bench();
  await using proxy = await startProxy(on.database, { bytesPerSecond: 80 * mebibyte });
  const { user, password } = on.database;
  const connection = { host: '127.0.0.1', port: proxy.port, user, password };
  await using target = createPostgresTarget({ connection });
  const plan = planFor(on.database);
  await target.prepare(plan, testContext());

  const line = `1,${'x'.repeat(1021)}\n`;
  const piece = Buffer.from(line.repeat(64));
  const pieces = (200 * mebibyte) / piece.length;
  let given = 0;
  let mostHeld = 0;
  async function* source() {
    for (let n = 0; n < pieces; n += 1) {
      given += piece.length;
      mostHeld = Math.max(mostHeld, given - proxy.forwarded);
      yield piece;
    }
  }
  const bytes = Readable.from(source(), { objectMode: false });
  const receipt = await target.load(plan, chunkOf('c1'), async () => ({ bytes }), testContext());
  expect(receipt).toMatchObject({ rows: pieces * 64, bytes: given });
  expect(await countRows(on.sql)).toBe(pieces * 64);
  // The kernel's socket buffers are part of it: some MB on loopback.
  expect(mostHeld).toBeLessThan(16 * mebibyte);
});
