import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { answeringEngine } from '../../src/postgres/container/container-engine.ts';

/** A server on a Unix socket that answers as an engine does, or does not. */
async function engine(answer: RequestListener) {
  const directory = await mkdtemp(join(tmpdir(), 'snowmelt-engine-'));
  const path = join(directory, 'docker.sock');
  const server = createServer(answer).listen(path);
  await once(server, 'listening');
  return {
    host: `unix://${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

it('takes the first engine that answers a ping', async () => {
  await using refusing = await engine((_, response) => response.writeHead(500).end());
  await using sound = await engine((request, response) =>
    response.writeHead(request.url === '/_ping' ? 200 : 404).end('OK'),
  );
  const candidates = ['unix:///no/such/docker.sock', 'nonsense', refusing.host, sound.host];
  expect(await answeringEngine(candidates)).toBe(sound.host);
});

it('does not wait long for one that hangs', async () => {
  await using hanging = await engine(() => undefined);
  const started = Date.now();
  expect(await answeringEngine([hanging.host])).toBeUndefined();
  expect(Date.now() - started).toBeLessThan(5000);
});

it('finds none where nothing listens', async () => {
  expect(await answeringEngine(['tcp://127.0.0.1:9'])).toBeUndefined();
});
