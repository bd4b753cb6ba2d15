import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { testDatabase } from '@snowmelt/testkit/test-database';
import { expect, it } from 'vitest';

import { createPostgresStatusStore } from '../../src/index.ts';
import { openStore, request } from '../support/open-store.ts';

async function failure(work: Promise<unknown>): Promise<{ message: string }> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as { message: string },
  );
}

it('P8: a server that was never there fails at once', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await using store = createPostgresStatusStore({
    connection: { host: '127.0.0.1', port, user: 'u', password: 'hunter2', database: 'd' },
  });
  const error = await failure(store.migrate());
  expect(error).toMatchObject({ code: 'STATUS.UNREACHABLE' });
  expect(error.message).toContain(`127.0.0.1:${port}, database d`);
});

it('P7, P8: a wrong and a missing password', async () => {
  await using database = await testDatabase();
  const { host, port, user } = database;
  for (const password of ['hunter2', undefined]) {
    const connection = { host, port, user, database: database.database };
    const store = createPostgresStatusStore({
      connection: password === undefined ? connection : { ...connection, password },
    });
    const error = await failure(store.migrate());
    expect(error).toMatchObject({
      code: 'STATUS.UNREACHABLE',
      fix: expect.stringMatching(/pg_hba|postgres.password/) as string,
    });
    expect(error.message).toContain('refused the login');
    expect(error.message).not.toContain('hunter2');
    await store[Symbol.asyncDispose]();
  }
});

it('a password that is asked for is asked for every connection', async () => {
  await using database = await testDatabase();
  const { host, port, user, password } = database;
  let asked = 0;
  await using store = createPostgresStatusStore({
    connection: {
      host,
      port,
      user,
      database: database.database,
      async password() {
        asked += 1;
        return password;
      },
    },
  });
  await store.migrate();
  await store.openRun(request());
  // The pool's, the migration's, the owner's.
  expect(asked).toBe(3);
});

it('P8: a database that is not there', async () => {
  await using database = await testDatabase();
  const { url } = database;
  await using store = createPostgresStatusStore({ connection: { url, database: 'not_there' } });
  expect(await failure(store.migrate())).toMatchObject({
    code: 'STATUS.UNREACHABLE',
    fix: 'CREATE DATABASE "not_there"; or correct status_tracking_database.',
  });
});

it('P8: a schema that was never made is STATUS.SCHEMA', async () => {
  await using database = await testDatabase();
  await using store = openStore(database);
  expect(await failure(store.runs(1))).toMatchObject({ code: 'STATUS.SCHEMA' });
});
