import { startPooler, type PoolMode } from '@snowmelt/testkit/postgres';
import { testDatabase } from '@snowmelt/testkit/test-database';
import { expect, it } from 'vitest';

import { createPostgresStatusStore } from '../src/index.ts';
import { request } from './support/open-store.ts';

const need = { databases: {}, least: 4, parallelThreads: 4 };

async function behind(mode: PoolMode) {
  const database = await testDatabase();
  const pooler = await startPooler(database, mode);
  const { host, port } = pooler;
  const { user, password, database: name } = database;
  const store = createPostgresStatusStore({
    connection: { host, port, user, password, database: name, ssl: { mode: 'disable' } },
  });
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await pooler[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

it('P8: a pooler in transaction mode is found when a run is opened, and by check', async () => {
  await using on = await behind('transaction');
  await on.store.migrate();
  const found = { code: 'STATUS.POOLER', fix: expect.stringContaining('pool_mode = session') };
  expect(await on.store.check?.(need)).toMatchObject([{ ...found, severity: 'error' }]);
  await expect(on.store.openRun(request())).rejects.toMatchObject({ ...found, retry: 'never' });
});

it('a pooler in session mode is as good as none', async () => {
  await using on = await behind('session');
  await on.store.migrate();
  expect(await on.store.check?.(need)).toEqual([]);
  const { id } = await on.store.openRun(request());
  expect(await on.store.summary(id)).toMatchObject({ status: 'running' });
});
