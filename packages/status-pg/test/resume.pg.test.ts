import type { RunRequest, StatusStore } from '@snowmelt/core';
import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { describe, expect, it } from 'vitest';

import { loads, openStore, query, request, table } from './support/open-store.ts';
import { tablePlan } from './support/table-plan.ts';

interface Scene {
  readonly database: TestDatabase;
  readonly store: StatusStore;
  /** Opens a run and closes it as `partial`. */
  readonly stopped: (changes?: Partial<RunRequest>) => Promise<string>;
}

async function scene(play: (scene: Scene) => Promise<void>): Promise<void> {
  await using database = await testDatabase();
  await using store = openStore(database);
  await store.migrate();
  const stopped: Scene['stopped'] = async (changes) => {
    const { id } = await store.openRun(request(changes));
    await store.closeRun(id, 'partial');
    return id;
  };
  await play({ database, store, stopped });
}

const byId = (run: string): Partial<RunRequest> => ({ resume: { mode: 'run', run } });
const never: Partial<RunRequest> = { resume: { mode: 'never' } };

describe('resume', () => {
  it('no_resume starts a new run once, and the loop goes on with that one', () =>
    scene(async ({ store, stopped }) => {
      const first = await stopped();
      const second = await stopped(never);
      expect(second).not.toBe(first);
      expect(await store.openRun(request())).toMatchObject({ id: second, resumed: true });
    }));

  it('a run picked by its id is what the loop goes on with, under the new hashes', () =>
    scene(async ({ database, store, stopped }) => {
      const first = await stopped();
      const changed = { configHash: 'config 2', executionHash: 'execution 2' };
      expect(await stopped({ ...changed, ...byId(first) })).toBe(first);
      expect(await store.openRun(request(changed))).toMatchObject({ id: first, resumed: true });
      const rows = await query(
        database,
        `SELECT config_hash, metadata FROM migration_status.migration_runs`,
      );
      expect(rows).toEqual([
        {
          config_hash: 'config 2',
          metadata: { execution_hash: 'execution 2', source_names: ['s'] },
        },
      ]);
    }));

  it.each(['not-a-uuid', '', "'; DROP SCHEMA migration_status; --"])(
    'P8: resume_run_id %j is RUN.NOT_FOUND',
    (id) =>
      scene(async ({ store }) => {
        await expect(store.openRun(request(byId(id)))).rejects.toMatchObject({
          code: 'RUN.NOT_FOUND',
        });
        await expect(store.summary(id)).rejects.toMatchObject({ code: 'RUN.NOT_FOUND' });
      }),
  );

  it('fractions of an hour count', () =>
    scene(async ({ database, store, stopped }) => {
      const first = await stopped();
      await query(
        database,
        `UPDATE migration_status.migration_runs SET started_at = now() - interval '20 minutes'`,
      );
      const within = (maxAgeHours: number) => request({ resume: { mode: 'auto', maxAgeHours } });
      const young = await store.openRun(within(0.5));
      expect(young).toMatchObject({ id: first, resumed: true });
      await store.closeRun(first, 'partial');
      expect(await store.openRun(within(0.25))).toMatchObject({ resumed: false });
    }));

  it('tables come and go: the others keep their plans and chunks', () =>
    scene(async ({ store }) => {
      const a = table('a');
      const b = table('b');
      const { id } = await store.openRun(request({ tables: [a, b] }));
      for (const { key } of [a, b]) await store.addChunks(id, key, loads(2));
      await store.recordTable(id, a.key, { type: 'planned', plan: tablePlan(id, 'a') });
      await store.recordTable(id, a.key, { type: 'chunked' });
      await store.closeRun(id, 'partial');

      const tables = [table('c'), a];
      const again = await store.openRun(request({ tables, ...byId(id) }));
      expect(again.tables).toEqual([
        { key: 's/c', status: 'pending', planned: false },
        { key: 's/a', status: 'in_progress', planned: true, plan: tablePlan(id, 'a') },
      ]);
      const summary = await store.summary(id);
      expect(
        summary.tables
          .map(({ key, status, totalChunks }) => `${key} ${status} ${totalChunks}`)
          .sort(),
      ).toEqual(['s/a in_progress 2', 's/b skipped 2', 's/c pending 0']);
      await store.closeRun(id, 'partial');
      const back = await store.openRun(request({ tables: [a, b], ...byId(id) }));
      expect(back.tables.map(({ status }) => status)).toEqual(['in_progress', 'pending']);
    }));

  it('P1: a changed hash drops the chunks of that table in this run only', () =>
    scene(async ({ store }) => {
      const ids: string[] = [];
      for (const changes of [{}, never]) {
        const { id } = await store.openRun(request(changes));
        await store.addChunks(id, 's/a', loads(3));
        await store.closeRun(id, 'partial');
        ids.push(id);
      }
      const tables = [table('a', { hash: 'changed' })];
      const { id } = await store.openRun(request({ tables, ...byId(ids[1]!) }));
      expect((await store.summary(id)).tables[0]).toMatchObject({ totalChunks: 0 });
      expect((await store.summary(ids[0]!)).tables[0]).toMatchObject({ totalChunks: 3 });
    }));

  it('chunks that failed get their tries anew; those given back keep theirs', () =>
    scene(async ({ store }) => {
      const { id } = await store.openRun(request());
      await store.addChunks(id, 's/a', loads(2));
      for (const end of [{ type: 'failed', error: 'E' }, { type: 'released' }] as const) {
        const answer = await store.lease(id, 's/a', 'host/1/0');
        if (answer.kind !== 'lease') throw new Error(answer.kind);
        await store.record(answer.lease, { type: 'retried', error: 'E' });
        await store.record(answer.lease, end);
      }
      await store.closeRun(id, 'partial');
      await store.openRun(request());
      expect(await store.lease(id, 's/a', 'w')).toMatchObject({ lease: { retries: 0 } });
      expect(await store.lease(id, 's/a', 'w')).toMatchObject({ lease: { retries: 1 } });
    }));

  it('leases of workers elsewhere stand; those of the last owner do not', () =>
    scene(async ({ store }) => {
      const { id } = await store.openRun(request());
      await store.addChunks(id, 's/a', loads(2));
      await store.lease(id, 's/a', 'elsewhere/0');
      await store.lease(id, 's/a', 'host/1/a/0');
      await store.closeRun(id, 'partial');
      await store.openRun(request({ owner: 'host/2' }));
      expect(await store.lease(id, 's/a', 'w')).toMatchObject({
        lease: { chunk: { id: 'c000001' } },
      });
      expect(await store.lease(id, 's/a', 'w')).toEqual({ kind: 'wait' });
    }));
});

describe('P1: a run whose begun table another run has loaded since', () => {
  async function overtaken({ store }: Scene): Promise<string> {
    const { id } = await store.openRun(request());
    await store.recordTable(id, 's/a', { type: 'planned', plan: tablePlan(id, 'a') });
    await store.addChunks(id, 's/a', loads(2));
    await store.closeRun(id, 'partial');
    const other = await store.openRun(request({ resume: { mode: 'never' } }));
    await store.closeRun(other.id, 'completed');
    return id;
  }

  it('is not gone on with by itself', () =>
    scene(async (at) => {
      await overtaken(at);
      expect(await at.store.openRun(request())).toMatchObject({ resumed: false });
    }));

  it('is refused by its id, naming both', () =>
    scene(async (at) => {
      const id = await overtaken(at);
      await expect(at.store.openRun(request(byId(id)))).rejects.toMatchObject({
        code: 'RUN.SUPERSEDED',
        place: { run: id, table: 's/a' },
      });
    }));

  it('is gone on with where the table was completed before', () =>
    scene(async (at) => {
      const { store } = at;
      const tables = [table('a'), table('b')];
      const { id } = await store.openRun(request({ tables }));
      await store.recordTable(id, 's/a', { type: 'planned', plan: tablePlan(id, 'a') });
      await store.recordTable(id, 's/a', { type: 'completed' });
      await store.closeRun(id, 'partial');
      const other = await store.openRun(request({ executionHash: 'other' }));
      await store.closeRun(other.id, 'completed');
      expect(await store.openRun(request({ tables }))).toMatchObject({ id, resumed: true });
    }));
});
