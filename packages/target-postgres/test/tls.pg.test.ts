import type { PostgresSsl } from '@snowmelt/pg-connection';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { connectionOf } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';
import { authority, startTlsProxy, type TlsProxy } from './tls-proxy.ts';

describe('P7: certificates are verified', () => {
  const on = sharedBench({}, async () => {
    proxy = await startTlsProxy(on.database);
  });
  let proxy: TlsProxy;
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
  });

  async function connects(ssl: PostgresSsl | undefined, host = 'localhost', port = proxy.port) {
    const connection = { ...connectionOf(on.database), host, port, ...(ssl ? { ssl } : {}) };
    await using target = createPostgresTarget({ connection });
    return target.ping(on.database.database, testContext()).then(
      () => 'yes',
      (error: { code?: string }) => error.code,
    );
  }

  it('verify-full wants the authority and the name', async () => {
    expect(await connects({ mode: 'verify-full', ca: authority })).toBe('yes');
    expect(await connects({ mode: 'verify-full' })).toBe('TARGET.TLS');
    expect(await connects({ mode: 'verify-full', ca: authority }, '127.0.0.1')).toBe('TARGET.TLS');
  });

  it('verify-ca wants the authority; so does require where one is given', async () => {
    for (const mode of ['verify-ca', 'require'] as const) {
      expect(await connects({ mode, ca: authority }, '127.0.0.1')).toBe('yes');
    }
    expect(await connects({ mode: 'verify-ca' })).toBe('TARGET.TLS');
    expect(await connects({ mode: 'require' })).toBe('yes');
  });

  it('prefer and allow take TLS where it is offered, and go on where it is not', async () => {
    for (const mode of ['prefer', 'allow'] as const) {
      expect(await connects({ mode })).toBe('yes');
      expect(await connects({ mode }, on.database.host, on.database.port)).toBe('yes');
    }
    // This proxy speaks nothing but TLS.
    expect(await connects({ mode: 'disable' })).toBe('TARGET.CONNECTION_LOST');
  });

  it('a server that has no TLS is refused where TLS is asked for', async () => {
    for (const mode of ['require', 'verify-ca', 'verify-full'] as const) {
      const { host, port } = on.database;
      expect(await connects({ mode, ca: authority }, host, port)).toBe('TARGET.TLS');
    }
  });

  it('is taken as the server has it on this machine, where nothing is said', async () => {
    expect(await connects(undefined)).toBe('yes');
  });
});
