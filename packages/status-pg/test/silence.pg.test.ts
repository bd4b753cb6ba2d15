import type { Silence } from '@snowmelt/pg-connection';
import { startStallProxy, type StallProxy } from '@snowmelt/testkit/network';
import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createPostgresStatusStore } from '../src/index.ts';

describe('P8: a status database behind a line that has stalled is given up, with a code', () => {
  let database: TestDatabase;
  let proxy: StallProxy;
  let told: Silence[];
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());
  beforeEach(async () => {
    told = [];
    proxy = await startStallProxy(database);
  });
  afterEach(() => proxy[Symbol.asyncDispose]());

  function open() {
    const { user, password } = database;
    return createPostgresStatusStore({
      connection: {
        host: proxy.host,
        port: proxy.port,
        user,
        password,
        database: database.database,
      },
      connectTimeoutSeconds: 0.6,
      silenceSeconds: 0.6,
      outageSeconds: 0.5,
      onSilence: (silence) => told.push(silence),
    });
  }

  async function timed(work: () => Promise<unknown>) {
    const start = performance.now();
    const error: unknown = await work().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, ms: performance.now() - start };
  }

  it('status.connect', async () => {
    await using store = open();
    proxy.stall('all');
    const { error, ms } = await timed(() => store.runs(1));
    expect(error).toMatchObject({ code: 'STATUS.UNREACHABLE' });
    expect(ms).toBeLessThan(5000);
  });

  it('status.call, and an end of the store does not wait for it', async () => {
    const store = open();
    await store.migrate();
    proxy.stall('all');
    const { error, ms } = await timed(() => store.runs(1));
    expect(error).toMatchObject({ code: 'STATUS.UNREACHABLE', fix: expect.any(String) as string });
    expect(ms).toBeLessThan(5000);
    expect((await timed(async () => store[Symbol.asyncDispose]())).ms).toBeLessThan(5000);
  });

  it('status.call goes on where new connections work', async () => {
    await using store = open();
    await store.migrate();
    proxy.stall('these');
    expect(await store.runs(1)).toEqual([]);
    expect(told.length).toBeGreaterThanOrEqual(1);
  });
});
