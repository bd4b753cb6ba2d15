import type { ChunkEvent, Lease, StatusStore } from '@snowmelt/core';
import { testDatabase } from '@snowmelt/testkit/test-database';
import { describe, expect, it } from 'vitest';

import { Database } from '../src/connect/database.ts';
import { createPostgresStatusStore } from '../src/index.ts';
import { cuttingProxy, type CuttingProxy } from './support/cutting-proxy.ts';
import { loads, openStore, query, request } from './support/open-store.ts';
import { tablePlan } from './support/table-plan.ts';

interface Scene {
  readonly proxy: CuttingProxy;
  readonly store: StatusStore;
  readonly run: string;
  readonly database: { readonly url: string };
}

/** A worker's store behind the proxy, on a run whose owner is connected directly. */
async function scene(play: (scene: Scene) => Promise<void>): Promise<void> {
  await using database = await testDatabase();
  await using owner = openStore(database);
  await owner.migrate();
  const { id: run } = await owner.openRun(request());
  await using proxy = await cuttingProxy(database.url);
  await using store = createPostgresStatusStore({ connection: { url: proxy.url } });
  await store.summary(run);
  await play({ proxy, store, run, database });
  expect(proxy.lost).toBe(1);
}

async function take(store: StatusStore, run: string): Promise<Lease> {
  const answer = await store.lease(run, 's/a', 'w');
  if (answer.kind !== 'lease') throw new Error(answer.kind);
  return answer.lease;
}

const row = async ({ database }: Scene, chunk: string) =>
  (
    await query(
      database,
      `SELECT status, retry_count, generation, rows_copied
       FROM migration_status.migration_chunk_status WHERE chunk_id = '${chunk}'`,
    )
  )[0];

describe('a reply that is lost after the work was done', () => {
  it('addChunks: no chunk is there twice', () =>
    scene(async ({ proxy, store, run }) => {
      proxy.loseReplyTo('migration_chunk_status');
      await store.addChunks(run, 's/a', loads(3));
      expect((await store.summary(run)).tables[0]).toMatchObject({ totalChunks: 3 });
    }));

  it('P2: lease: the repetition is given the same chunk', () =>
    scene(async (at) => {
      await at.store.addChunks(at.run, 's/a', loads(2));
      at.proxy.loseReplyTo('SKIP LOCKED');
      const lease = await take(at.store, at.run);
      expect(lease).toMatchObject({ chunk: { id: 'c000000' }, generation: 1, retries: 0 });
      expect(await row(at, 'c000001')).toMatchObject({ status: 'pending', generation: 0 });
      await at.store.record(lease, { type: 'loaded', rows: 1, bytes: 1 });
    }));

  const events: readonly [ChunkEvent, object][] = [
    [
      { type: 'loaded', rows: 7, bytes: 70 },
      { status: 'completed', rows_copied: '7' },
    ],
    [
      { type: 'retried', error: 'E' },
      { status: 'in_progress', retry_count: 1 },
    ],
    [
      { type: 'failed', error: 'E' },
      { status: 'failed', retry_count: 0 },
    ],
    [{ type: 'released' }, { status: 'pending', retry_count: 0 }],
  ];
  it.each(events)('P2: record $type: is done once', (event, after) =>
    scene(async (at) => {
      await at.store.addChunks(at.run, 's/a', loads(1));
      const lease = await take(at.store, at.run);
      at.proxy.loseReplyTo('last_event');
      await at.store.record(lease, event);
      expect(await row(at, 'c000000')).toMatchObject({ ...after, generation: 1 });
    }),
  );

  it('record extracted: the load chunks are there once', () =>
    scene(async ({ proxy, store, run }) => {
      const [chunk] = loads(1, 'x');
      await store.addChunks(run, 's/a', [{ ...chunk!, kind: 'extract' }]);
      const lease = await take(store, run);
      proxy.loseReplyTo('WITH ended');
      await store.record(lease, { type: 'extracted', chunks: loads(4) });
      expect((await store.summary(run)).tables[0]).toMatchObject({ totalChunks: 4 });
      expect(await take(store, run)).toMatchObject({ chunk: { id: 'c000000' } });
    }));

  it('recordTable: at its COMMIT', () =>
    scene(async ({ proxy, store, run }) => {
      proxy.loseReplyTo('COMMIT');
      await store.recordTable(run, 's/a', { type: 'planned', plan: tablePlan(run, 'a') });
      expect((await store.summary(run)).tables[0]).toMatchObject({ status: 'in_progress' });
    }));
});

it.each(['COMMIT', 'pg_try_advisory_lock', 'pg_backend_pid'])(
  'openRun: where the answer to %s is lost, the run is made once and held',
  async (statement) => {
    await using database = await testDatabase();
    await using proxy = await cuttingProxy(database.url);
    await using store = createPostgresStatusStore({ connection: { url: proxy.url } });
    await store.migrate();
    proxy.loseReplyTo(statement);
    const opened = await store.openRun(request());
    expect(proxy.lost).toBe(1);
    expect(opened).toMatchObject({ resumed: false });
    const made = `SELECT run_id, status FROM migration_status.migration_runs`;
    expect(await query(database, made)).toEqual([{ run_id: opened.id, status: 'running' }]);
    await store.closeRun(opened.id, 'completed');
    expect(await query(database, made)).toEqual([{ run_id: opened.id, status: 'completed' }]);
  },
);

it('migrate: a connection that breaks in the middle is made anew', async () => {
  await using database = await testDatabase();
  await using proxy = await cuttingProxy(database.url);
  const told: string[] = [];
  await using store = createPostgresStatusStore({
    connection: { url: proxy.url },
    onOutage: ({ message }) => told.push(message),
  });
  proxy.loseReplyTo('INSERT INTO migration_status.schema_migrations');
  await store.migrate();
  expect(await store.runs(1)).toEqual([]);
  expect(told).toHaveLength(1);
});

describe('a server that is away', () => {
  it('at 3 a.m. for a moment fails no call', () =>
    scene(async ({ proxy, store, run }) => {
      await store.addChunks(run, 's/a', loads(1));
      const lease = await take(store, run);
      proxy.breakAll(true);
      setTimeout(() => proxy.breakAll(false), 700);
      await store.record(lease, { type: 'loaded', rows: 1, bytes: 1 });
      // The scene counts lost replies; this one loses its one at the end.
      proxy.loseReplyTo('SELECT r.run_id');
      expect(await store.summary(run)).toMatchObject({ rows: 1 });
    }));

  it('P8: for longer than outageSeconds is STATUS.UNREACHABLE, without the password', async () => {
    await using database = await testDatabase();
    await using proxy = await cuttingProxy(database.url);
    const connection = { url: proxy.url, password: database.password };
    await using store = createPostgresStatusStore({ connection, outageSeconds: 0.5 });
    await store.migrate();
    proxy.breakAll(true);
    const error: unknown = await store.runs(1).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'STATUS.UNREACHABLE', retry: 'run' });
    expect(String(error)).not.toContain(database.password);
  });
});

/** What PostgreSQL says of a transaction in which something has failed that nobody minded. */
it('P2: a COMMIT that PostgreSQL answers with ROLLBACK is no success', async () => {
  await using made = await testDatabase();
  await using database = new Database({ connection: { url: made.url } });
  const work = database.transaction(async (session) => {
    await session.rows('CREATE TABLE public.t (id int)');
    await session.rows('SELECT 1 / 0').catch(() => undefined);
  });
  await expect(work).rejects.toThrow('COMMIT was answered with ROLLBACK');
  expect(
    await database.run((session) => session.rows(`SELECT to_regclass('public.t') AS t`)),
  ).toEqual([{ t: null }]);
});
