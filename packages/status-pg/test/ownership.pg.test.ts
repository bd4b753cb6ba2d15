import { setTimeout as sleep } from 'node:timers/promises';

import { testDatabase } from '@snowmelt/testkit/test-database';
import { describe, expect, it, vi } from 'vitest';

import { locksOf } from '../src/claim/claim.ts';
import { takeLocks } from '../src/claim/locks.ts';
import { holdRun } from '../src/claim/ownership.ts';
import { Database } from '../src/connect/database.ts';
import { sessionOn } from '@snowmelt/pg-connection';
import { createPostgresStatusStore } from '../src/index.ts';
import { cuttingProxy } from './support/cutting-proxy.ts';
import { loads, openStore, query, request, table } from './support/open-store.ts';
import { startOwner } from './support/start-owner.ts';

/** The server notices a killed client as soon as its connection is closed, not at once. */
const soon = { timeout: 10_000, interval: 100 };

/** Ends the connection that holds a run's locks, as a restarting server does. */
const cutOwner = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
  WHERE application_name LIKE 'snowmelt % owner' AND datname = current_database()`;

describe('kill -9', () => {
  it('P4: of an owner frees its tables and its chunks; its run goes on', async () => {
    await using database = await testDatabase();
    await using victim = await startOwner(database.url, 'host/1');
    await using store = openStore(database);
    await expect(store.openRun(request({ owner: 'host/2' }))).rejects.toMatchObject({
      code: 'RUN.TABLE_BUSY',
    });
    await victim.kill();
    const run = await vi.waitFor(() => store.openRun(request({ owner: 'host/2' })), soon);
    expect(run).toMatchObject({ id: victim.run, resumed: true });
    const answer = await store.lease(run.id, 's/a', 'host/2/a/0');
    expect(answer).toMatchObject({
      kind: 'lease',
      lease: { chunk: { id: 'c000000' }, generation: 2, retries: 0 },
    });
    if (victim.answer.kind !== 'lease') throw new Error('the victim had no lease');
    await expect(
      store.record(victim.answer.lease, { type: 'loaded', rows: 1, bytes: 1 }),
    ).rejects.toMatchObject({ code: 'RUN.LEASE_LOST' });
  });

  it('a run does not stay running for ever: the next one of any kind ends it', async () => {
    await using database = await testDatabase();
    await using victim = await startOwner(database.url, 'host/1');
    await using store = openStore(database);
    const other = request({ executionHash: 'other', tables: [table('b')], owner: 'host/2' });
    const live = await store.openRun(other);
    await store.closeRun(live.id, 'completed');
    expect(await store.summary(victim.run)).toMatchObject({ status: 'running' });
    await victim.kill();
    await vi.waitFor(async () => {
      const next = await store.openRun(other);
      await store.closeRun(next.id, 'completed');
      expect(await store.summary(victim.run)).toMatchObject({ status: 'partial' });
    }, soon);
    expect(await store.openRun(request())).toMatchObject({ id: victim.run, resumed: true });
  });
});

describe('RUN.TABLE_BUSY', () => {
  it('P8: names the table, the other run and its owner', async () => {
    await using database = await testDatabase();
    await using first = openStore(database);
    await using second = openStore(database);
    await first.migrate();
    const tables = [table('free'), table('a')];
    const run = await first.openRun(request({ tables: [table('a')] }));
    await expect(
      second.openRun(request({ tables, owner: 'host/2', resume: { mode: 'never' } })),
    ).rejects.toMatchObject({
      code: 'RUN.TABLE_BUSY',
      message: expect.stringMatching(
        `^Run ${run.id} at host/1, since 20[0-9TZ:-]+, is loading dst.public.a$`,
      ),
      place: { table: 's/a' },
    });
    await expect(second.openRun(request({ owner: 'host/2' }))).rejects.toMatchObject({
      code: 'RUN.TABLE_BUSY',
      message: expect.stringMatching(
        `^Run ${run.id} is going on at host/1 since 20[0-9TZ:-]+; it loads s/a$`,
      ),
    });
  });

  it('P1: workers of a run whose owner is gone keep the table while a lease of theirs holds', async () => {
    await using database = await testDatabase();
    await using worker = openStore(database, { leaseSeconds: 2 });
    await using other = openStore(database);
    await worker.migrate();
    const first = openStore(database);
    const run = await first.openRun(request());
    await first.addChunks(run.id, 's/a', loads(1));
    expect((await worker.lease(run.id, 's/a', 'elsewhere/7')).kind).toBe('lease');
    await first[Symbol.asyncDispose]();
    const never = request({ owner: 'host/2', resume: { mode: 'never' } });
    await expect(other.openRun(never)).rejects.toMatchObject({
      code: 'RUN.TABLE_BUSY',
      message: `Worker elsewhere/7 of run ${run.id} is loading dst.public.a`,
    });
    expect(await other.summary(run.id)).toMatchObject({ status: 'running' });
    await sleep(2100);
    expect((await other.openRun(never)).resumed).toBe(false);
    // What is left of the first run would come on top of the second's rows.
    await expect(worker.lease(run.id, 's/a', 'elsewhere/7')).rejects.toMatchObject({
      code: 'RUN.SUPERSEDED',
    });
  });
});

describe('a connection that holds a run and breaks', () => {
  it('P4: is taken up again where nobody took the run meanwhile', async () => {
    await using database = await testDatabase();
    await using store = openStore(database);
    await using other = openStore(database);
    await store.migrate();
    const run = await store.openRun(request());
    await query(database, cutOwner);
    await vi.waitFor(
      () =>
        expect(other.openRun(request({ owner: 'host/2' }))).rejects.toMatchObject({
          code: 'RUN.TABLE_BUSY',
        }),
      soon,
    );
    await store.addChunks(run.id, 's/a', loads(1));
    expect((await store.lease(run.id, 's/a', 'host/1/0')).kind).toBe('lease');
    // One connection took it up, and keeps it.
    const owners = `SELECT pid FROM pg_stat_activity
      WHERE application_name LIKE 'snowmelt % owner' AND datname = current_database()`;
    const [first, ...others] = await query(database, owners);
    expect(others).toEqual([]);
    await sleep(500);
    expect(await query(database, owners)).toEqual([first]);
    await store.closeRun(run.id, 'partial');
    expect(await store.summary(run.id)).toMatchObject({ status: 'partial' });
  });

  it('P4: also where the server has not noticed yet', async () => {
    await using database = await testDatabase();
    await using direct = openStore(database);
    await direct.migrate();
    await using proxy = await cuttingProxy(database.url);
    await using store = createPostgresStatusStore({ connection: { url: proxy.url } });
    const run = await store.openRun(request());
    const holders = `SELECT DISTINCT a.pid FROM pg_stat_activity a JOIN pg_locks l USING (pid)
      WHERE a.application_name LIKE 'snowmelt % owner' AND a.datname = current_database()
        AND l.locktype = 'advisory' AND l.granted`;
    const before = JSON.stringify(await query(database, holders));
    proxy.breakAll();
    await store.addChunks(run.id, 's/a', loads(1));
    // Until another session of the owner has the run.
    await vi.waitFor(async () => {
      const now = await query(database, holders);
      expect(now).toHaveLength(1);
      expect(JSON.stringify(now)).not.toBe(before);
    }, soon);
    await expect(direct.openRun(request({ owner: 'host/2' }))).rejects.toMatchObject({
      code: 'RUN.TABLE_BUSY',
    });
  });

  it('P2: is the end for its owner where another process took the run', async () => {
    await using database = await testDatabase();
    await using direct = openStore(database);
    await direct.migrate();
    await using proxy = await cuttingProxy(database.url);
    await using store = createPostgresStatusStore({ connection: { url: proxy.url } });
    const run = await store.openRun(request());
    await store.addChunks(run.id, 's/a', loads(2));
    const answer = await store.lease(run.id, 's/a', 'host/1/0');
    if (answer.kind !== 'lease') throw new Error(answer.kind);
    proxy.breakAll(true);
    const taken = await vi.waitFor(() => direct.openRun(request({ owner: 'host/2' })), soon);
    expect(taken).toMatchObject({ id: run.id, resumed: true });
    proxy.breakAll(false);
    const lost = { code: 'RUN.LEASE_LOST' };
    await expect(store.lease(run.id, 's/a', 'host/1/1')).rejects.toMatchObject(lost);
    await expect(store.renew(answer.lease)).rejects.toMatchObject(lost);
    const loaded = { type: 'loaded', rows: 1, bytes: 1 } as const;
    await expect(store.record(answer.lease, loaded)).rejects.toMatchObject(lost);
    await expect(store.recordTable(run.id, 's/a', { type: 'completed' })).rejects.toMatchObject(
      lost,
    );
    await expect(store.closeRun(run.id, 'completed')).rejects.toMatchObject(lost);
    expect(await direct.summary(run.id)).toMatchObject({ status: 'running', rows: 0 });
  });

  it('P1: is the end as well where another run loaded the table and is done', async () => {
    await using database = await testDatabase();
    await using direct = openStore(database);
    await direct.migrate();
    await using proxy = await cuttingProxy(database.url);
    await using store = createPostgresStatusStore({ connection: { url: proxy.url } });
    const run = await store.openRun(request());
    proxy.breakAll(true);
    const never = request({ owner: 'host/2', resume: { mode: 'never' } });
    const other = await vi.waitFor(() => direct.openRun(never), soon);
    await direct.closeRun(other.id, 'completed');
    proxy.breakAll(false);
    await expect(store.lease(run.id, 's/a', 'host/1/1')).rejects.toMatchObject({
      code: 'RUN.LEASE_LOST',
    });
  });

  it('P4: is noticed also where the network says nothing, and taken up again', async () => {
    await using database = await testDatabase();
    await using proxy = await cuttingProxy(database.url);
    const connection = { url: proxy.url };
    await using store = createPostgresStatusStore({ connection, heartbeatSeconds: 0.3 });
    await store.migrate();
    await store.openRun(request());
    const owners = async () => {
      const rows = await query(
        database,
        `SELECT pid, (SELECT count(*)::int FROM pg_locks l WHERE l.pid = a.pid
           AND locktype = 'advisory' AND granted) AS locks
         FROM pg_stat_activity a
         WHERE application_name LIKE 'snowmelt % owner' AND datname = current_database()`,
      );
      return rows.map(({ pid, locks }) => ({ pid: Number(pid), locks: Number(locks) }));
    };
    const [before] = await owners();
    expect(before?.locks).toBe(2);
    await sleep(700);
    expect(await owners()).toEqual([before]);
    proxy.stallAll();
    await vi.waitFor(async () => {
      const after = await owners();
      expect(after).toEqual([{ pid: expect.any(Number) as number, locks: 2 }]);
      expect(after[0]?.pid).not.toBe(before?.pid);
    }, soon);
    const [regained] = await owners();
    await sleep(1000);
    expect(await owners()).toEqual([regained]);
  });

  it('is STATUS.UNREACHABLE where the server stays away', async () => {
    await using database = await testDatabase();
    await using proxy = await cuttingProxy(database.url);
    const connection = { url: proxy.url };
    await using store = createPostgresStatusStore({ connection, outageSeconds: 0.5 });
    await store.migrate();
    const run = await store.openRun(request());
    proxy.breakAll(true);
    await expect(store.lease(run.id, 's/a', 'host/1/1')).rejects.toMatchObject({
      code: 'STATUS.UNREACHABLE',
    });
  });

  it('P8: is refused where it does not keep locks, as behind a pooler of transactions', async () => {
    await using database = await testDatabase();
    const connection = { url: database.url };
    await using direct = new Database({ connection, heartbeatSeconds: 0.2 });
    const client = await direct.connectOwner();
    const claim = { run: crypto.randomUUID(), owner: 'host/1', epoch: 1, targets: [] };
    await takeLocks(sessionOn(client), locksOf(claim));
    await using ownership = await holdRun(client, claim, direct);
    await sleep(500);
    await ownership.assertHeld();
    await client.query('SELECT pg_advisory_unlock_all()');
    await vi.waitFor(
      () =>
        expect(ownership.assertHeld()).rejects.toMatchObject({
          code: 'STATUS.POOLER',
          fix: expect.stringContaining('pool_mode = session') as string,
        }),
      soon,
    );
  });

  it('holds its run still after closeRun of another one', async () => {
    await using database = await testDatabase();
    await using store = openStore(database);
    await using other = openStore(database);
    await store.migrate();
    const a = await store.openRun(request());
    const b = await store.openRun(request({ tables: [table('b')], resume: { mode: 'never' } }));
    await store.closeRun(b.id, 'completed');
    await expect(
      other.openRun(request({ resume: { mode: 'run', run: a.id } })),
    ).rejects.toMatchObject({ code: 'RUN.TABLE_BUSY' });
  });
});
