import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

import { startEmulator, type Emulator } from '@snowmelt/snowflake-emulator';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSnowflakeSource, type SnowflakeSourceOptions } from '../src/index.ts';

const password = 'correct horse battery staple';
const passphrase = 'a passphrase of its own';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const encrypted = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
  .toString();

let emulator: Emulator;

beforeAll(async () => {
  const users = [
    { name: 'WORD', password },
    { name: 'KEY', publicKey: spki },
    { name: 'TOKEN', token: 'token-of-tests-only' },
  ];
  emulator = await startEmulator({ users });
});

afterAll(() => emulator.close());

function source(options: Partial<SnowflakeSourceOptions>) {
  return createSnowflakeSource({
    account: emulator.account,
    accessUrl: emulator.accessUrl,
    user: 'WORD',
    ...options,
  });
}

async function pingFailure(options: Partial<SnowflakeSourceOptions>) {
  await using used = source(options);
  const error: unknown = await used.ping(testContext()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  const { code, message, stack } = error as Error & { code?: string };
  return { code, message, stack, all: JSON.stringify(error, Object.getOwnPropertyNames(error)) };
}

describe('login', () => {
  it.each([
    ['a password', { user: 'WORD', password }],
    ['an encrypted key', { user: 'KEY', privateKey: encrypted, privateKeyPassphrase: passphrase }],
    ['a token', { user: 'TOKEN', token: 'token-of-tests-only' }],
    ['an OAuth token', { user: 'TOKEN', token: 'token-of-tests-only', authenticator: 'OAUTH' }],
  ])('goes with %s', async (_, options) => {
    await using used = source(options);
    expect(await used.ping(testContext())).toContain(options.user);
  });

  it.each([
    ['a wrong password', { user: 'WORD', password: 'wrong-password-here' }],
    [
      'the key of somebody else',
      {
        user: 'KEY',
        privateKey: stranger.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
    ],
    ['an unknown token', { user: 'TOKEN', token: 'wrong-token-here' }],
  ])('P7, P8: %s is AUTH_FAILED, and shows no secret', async (_, options) => {
    const { code, all } = await pingFailure(options);
    expect(code).toBe('SOURCE.AUTH_FAILED');
    for (const secret of ['wrong-password-here', 'wrong-token-here', 'PRIVATE KEY']) {
      expect(all).not.toContain(secret);
    }
  });

  it('P8: no credential at all is a fault of the configuration', async () => {
    expect(await pingFailure({})).toMatchObject({ code: 'CONFIG.INVALID' });
  });

  it('P7: the driver writes no log', async () => {
    await using used = source({ password });
    await used.ping(testContext());
    expect(existsSync('snowflake.log')).toBe(false);
  });

  it('logs in once for many statements and marks each with the tag', async () => {
    emulator.stats.reset();
    await using used = source({ password, queryTag: 'nightly', connections: 3 });
    for (let count = 0; count < 5; count += 1) await used.ping(testContext());
    expect(emulator.stats.requests.login).toBe(1);
    await Promise.all(Array.from({ length: 9 }, () => used.ping(testContext())));
    expect(emulator.stats.requests.login).toBeLessThanOrEqual(3);
    expect(new Set(emulator.stats.statements.map(({ queryTag }) => queryTag))).toEqual(
      new Set(['nightly']),
    );
  });

  it('leaves no session open', async () => {
    emulator.stats.reset();
    const used = source({ password, connections: 3 });
    await Promise.all([used.ping(testContext()), used.ping(testContext())]);
    await used[Symbol.asyncDispose]();
    expect(emulator.stats.requests.close).toBe(emulator.stats.requests.login);
  });
});

describe('UNREACHABLE in time', () => {
  it('an unknown host', async () => {
    const started = Date.now();
    const accessUrl = 'https://no-such-host.invalid';
    expect(await pingFailure({ password, accessUrl })).toMatchObject({
      code: 'SOURCE.UNREACHABLE',
      message: expect.stringContaining('no-such-host.invalid'),
    });
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  it('a closed port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    expect(await pingFailure({ password, accessUrl: `http://127.0.0.1:${port}` })).toMatchObject({
      code: 'SOURCE.UNREACHABLE',
      message: expect.stringContaining('refused'),
    });
  });

  it('a host that takes the connection and says nothing', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accessUrl = `http://127.0.0.1:${port}`;
    const failure = await pingFailure({ password, accessUrl, connectTimeout: 1000 });
    expect(failure).toMatchObject({ code: 'SOURCE.UNREACHABLE' });
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('ends a login when the run is stopped', async () => {
    emulator.faults.add({ kind: 'delay', ms: 2000, match: { endpoint: 'login' } });
    const stop = new AbortController();
    await using used = source({ password });
    const ping = used.ping(testContext({ signal: stop.signal }));
    setTimeout(() => stop.abort(new Error('stopped')), 100);
    await expect(ping).rejects.toThrow('stopped');
  });
});

describe('sessions that end', () => {
  it('go on when the token has expired', async () => {
    await using used = source({ password, connections: 1 });
    await used.ping(testContext());
    emulator.faults.add({ kind: 'expired-session', match: { endpoint: 'query' } });
    await expect(used.ping(testContext())).resolves.toContain('WORD');
  });

  it('are opened anew when they are gone', async () => {
    await using used = source({ password, connections: 1 });
    await used.ping(testContext());
    const code = '390111';
    const message = 'Session no longer exists. New login required to access the service.';
    emulator.faults.add({ kind: 'fail-statement', code, sqlState: '08003', message });
    emulator.stats.reset();
    await expect(used.ping(testContext())).resolves.toContain('WORD');
    expect(emulator.stats.requests.login).toBe(1);
  });
});
