import { expect } from 'vitest';

import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { samplePlan } from '../sample-plan.ts';
import { openedRun, runRequest, table, tableRequest } from './sample-run.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';

const hour = 3_600_000;

/** When a run is new and when an earlier one goes on. */
export const runCases: Cases<StatusStoreHarness> = {
  'migrate: 20 processes at once, and again': async (harness) => {
    const stores = await Promise.all(Array.from({ length: 20 }, () => harness.open()));
    await Promise.all(stores.map((store) => store.migrate()));
    await Promise.all(stores.map((store) => store.migrate()));
    expect(await stores[0]?.runs(10)).toEqual([]);
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  },

  'openRun: the first is new, with every table pending and no snapshot': async (harness) => {
    const tables = [tableRequest('a'), tableRequest('b')];
    const { run } = await openedRun(harness, [], {
      tables: [...tables, tableRequest()],
    });
    expect(run.resumed).toBe(false);
    expect(run.snapshot).toBeUndefined();
    expect(run.startedAt).toBeInstanceOf(Date);
    expect(run.tables.map(({ key }) => key).sort()).toEqual(['a', 'b', 'shop.orders']);
    for (const state of run.tables) expect(state).toMatchObject({ status: 'pending' });
  },

  'P4: auto goes on with the run that was stopped': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'partial');
    const again = await store.openRun(runRequest({ owner: 'host/2/bbbb' }));
    expect(again).toMatchObject({ id: run.id, resumed: true });
    expect(again.startedAt).toEqual(run.startedAt);
  },

  'P4: auto goes on with a run that failed': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'failed', 'SOURCE.UNREACHABLE: no answer');
    const again = await store.openRun(runRequest());
    expect(again).toMatchObject({ id: run.id, resumed: true });
    const summary = await store.summary(run.id);
    expect(summary.status).toBe('running');
    expect(summary.error).toBeUndefined();
    expect(summary.completedAt).toBeUndefined();
  },

  'auto: a completed run is not gone on with': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'completed');
    const again = await store.openRun(runRequest());
    expect(again.resumed).toBe(false);
    expect(again.id).not.toBe(run.id);
  },

  'auto: a run that is partial, but settled, is not gone on with': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'partial', 'rows are in quarantine', true);
    expect(await store.summary(run.id)).toMatchObject({
      status: 'partial',
      error: 'rows are in quarantine',
    });
    const other = await store.openRun(runRequest());
    expect(other).toMatchObject({ resumed: false });
    await store.closeRun(other.id, 'completed');
    const byId = await store.openRun(runRequest({ resume: { mode: 'run', run: run.id } }));
    expect(byId).toMatchObject({ id: run.id, resumed: true });
    await store.closeRun(run.id, 'partial');
    const again = await store.openRun(runRequest());
    expect(again, 'settled no more').toMatchObject({ id: run.id, resumed: true });
  },

  'auto: an edited configuration goes on with a run that has left one of its tables': async (
    harness,
  ) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'partial');
    const edited = { executionHash: 'execution-2' };
    const asked = runRequest(edited);
    expect(await store.unfinishedRun(asked, 1)).toMatchObject({ id: run.id });
    expect(
      await store.unfinishedRun({ ...edited, tables: [tableRequest('x')] }, 1),
    ).toBeUndefined();
    const again = await store.openRun(asked);
    expect(again).toMatchObject({ id: run.id, resumed: true });
    for (const { key } of asked.tables) await store.recordTable(run.id, key, { type: 'completed' });
    await store.closeRun(run.id, 'partial');
    expect(await store.unfinishedRun(runRequest({ executionHash: 'other' }), 1)).toBeUndefined();
    expect(await store.unfinishedRun(asked, 1), 'closed by no one').toMatchObject({ id: run.id });
  },

  'a first try is never found again, however it has ended': async (harness) => {
    const { store, run } = await openedRun(harness, [], { limit: 100 });
    expect(await store.summary(run.id)).toMatchObject({ limit: 100 });
    await store.closeRun(run.id, 'failed');
    expect(await store.unfinishedRun(runRequest(), 1)).toBeUndefined();
    const [listed] = await store.runs(1);
    expect(listed).toMatchObject({ id: run.id, limit: 100, status: 'failed' });
    expect(await store.openRun(runRequest())).toMatchObject({ resumed: false });
  },

  'a run that was asked for some of its tables is not completed by them': async (harness) => {
    const tables = [tableRequest(), tableRequest('y')];
    const { store, run } = await openedRun(harness, [], { tables });
    const plan = samplePlan({ run: run.id });
    for (const { key } of tables) await store.recordTable(run.id, key, { type: 'planned', plan });
    await store.closeRun(run.id, 'partial');
    const some = runRequest({ executionHash: 'one of them' });
    expect(await store.openRun(some)).toMatchObject({ id: run.id });
    await store.recordTable(run.id, table, { type: 'completed' });
    await store.closeRun(run.id, 'completed', undefined, true);
    const summary = await store.summary(run.id);
    const ends = new Map(summary.tables.map(({ key, status }) => [key, status]));
    expect(summary.status).toBe('partial');
    expect([ends.get(table), ends.get('y')]).toEqual(['completed', 'in_progress']);
    expect(await store.openRun(runRequest({ tables }))).toMatchObject({
      id: run.id,
      resumed: true,
    });
  },

  'auto: a run older than maxAgeHours is left alone': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'partial');
    await harness.passTime(3 * hour);
    const resume = (maxAgeHours: number) => runRequest({ resume: { mode: 'auto', maxAgeHours } });
    const young = await store.openRun(resume(4));
    expect(young).toMatchObject({ id: run.id, resumed: true });
    await store.closeRun(young.id, 'partial');
    expect(await store.openRun(resume(2))).toMatchObject({ resumed: false });
  },

  'auto: of two runs the newer one goes on': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'partial');
    await harness.passTime(1000);
    const newer = await store.openRun(runRequest({ resume: { mode: 'never' } }));
    await store.closeRun(newer.id, 'partial');
    expect(await store.openRun(runRequest())).toMatchObject({ id: newer.id, resumed: true });
  },

  'never: a new run although one could go on': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'partial');
    const other = await store.openRun(runRequest({ resume: { mode: 'never' } }));
    expect(other.resumed).toBe(false);
    expect(other.id).not.toBe(run.id);
  },

  'run: by its id, past hash and age': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'partial');
    await harness.passTime(1000 * hour);
    const request = runRequest({ executionHash: 'other', resume: { mode: 'run', run: run.id } });
    expect(await store.openRun(request)).toMatchObject({ id: run.id, resumed: true });
  },

  'run: an id that is not there is refused': async (harness) => {
    const { store } = await openedRun(harness);
    const run = '00000000-0000-4000-8000-000000000000';
    await expectFailure(
      store.openRun(runRequest({ tables: [tableRequest('x')], resume: { mode: 'run', run } })),
      'RUN.NOT_FOUND',
    );
    await expectFailure(store.summary(run), 'RUN.NOT_FOUND');
  },

  'P3: the first snapshot kept wins, also after a resume': async (harness) => {
    const { store, run } = await openedRun(harness);
    const first = { at: '2026-03-01T10:00:00.123456789Z' };
    const kept = await Promise.all([
      store.keepSnapshot(run.id, first),
      store.keepSnapshot(run.id, first),
    ]);
    expect(kept).toEqual([first, first]);
    expect(await store.keepSnapshot(run.id, { at: '2026-03-02T00:00:00Z' })).toEqual(first);
    await store.closeRun(run.id, 'partial');
    expect(await store.openRun(runRequest())).toMatchObject({ id: run.id, snapshot: first });
  },
};
