import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { openStore, query, request } from './support/open-store.ts';

/** Whoever may connect can take any advisory lock, and the names of ours are no secret. */
let database: TestDatabase;
let stranger: Client;
let role: string;

beforeEach(async () => {
  database = await testDatabase();
  role = `stranger_${database.database.slice(-12)}`;
  await query(database, `CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
  const { host, port, database: name } = database;
  stranger = new Client({ host, port, database: name, user: role, password: 'pw' });
  stranger.on('error', () => undefined);
  await stranger.connect();
});
afterEach(async () => {
  await stranger.end().catch(() => undefined);
  await database[Symbol.asyncDispose]();
});

const squat = (name: string) =>
  stranger.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
const told = () => ({
  code: 'RUN.TABLE_BUSY',
  message: expect.stringMatching(new RegExp(`pid \\d+ \\(role ${role}.*no run of ours`, 'u')),
  fix: expect.stringMatching(new RegExp(`pg_terminate_backend.*REVOKE CONNECT.*"${role}"`, 'u')),
});
const endIt = (error: unknown) =>
  query(
    database,
    /SELECT pg_terminate_backend\(\d+\);/u.exec((error as { fix: string }).fix)?.[0] ?? '',
  );

it('P8: a table whose lock a stranger holds: who, and the statement that helps', async () => {
  await using store = openStore(database);
  await store.migrate();
  await squat(`snowmelt.table/${JSON.stringify(['dst', 'public', 'a'])}`);
  const error: unknown = await store.openRun(request()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject(told());
  await endIt(error);
  await store.openRun(request());
});

it('P8: the lock under which runs are opened is not waited for without end', async () => {
  await using store = openStore(database, { openSeconds: 0.5 });
  await store.migrate();
  await squat('snowmelt.open-run');
  const error: unknown = await store.openRun(request()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject(told());
  await endIt(error);
  await store.openRun(request());
});

it('P4: a run whose process is gone does not live by the lock of a stranger', async () => {
  const first = openStore(database);
  await first.migrate();
  const { id } = await first.openRun(request());
  await first[Symbol.asyncDispose]();
  await squat(`snowmelt.run/${id}`);
  await using store = openStore(database);
  expect(await store.runLives?.([id])).toEqual(new Map([[id, 'open']]));
  await store.openRun(request({ resume: { mode: 'never' } }));
  expect(await store.summary(id)).toMatchObject({ status: 'partial' });
});
