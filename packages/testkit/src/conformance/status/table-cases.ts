import { expect } from 'vitest';

import type { Cases } from '../cases.ts';
import { samplePlan } from '../sample-plan.ts';
import {
  leaseAll,
  loadChunk,
  openedRun,
  runRequest,
  summaryOf,
  table,
  tableRequest,
  takeLease,
} from './sample-run.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';

const plan = samplePlan({
  key: table,
  primaryKey: ['id', 'a "quoted" näme'],
  snapshot: { pinned: true, at: '2026-03-01T10:00:00.123456789Z' },
  mode: 'truncate',
  read: {
    extract: 'auto',
    filter: `"NAME" <> 'it''s \\ ☃'`,
    chunkColumns: [{ column: 'ID', type: 'bigint' }],
    sortColumns: ['ID'],
    batchRows: 10,
    stage: '@db.schema.stage/path',
  },
  estimatedRows: 2 ** 45,
});

/** Plans, states and figures of tables. */
export const tableCases: Cases<StatusStoreHarness> = {
  'planned: the plan comes back as it was kept': async (harness) => {
    const opened = await openedRun(harness);
    await opened.store.recordTable(opened.run.id, table, { type: 'planned', plan });
    expect(await summaryOf(opened)).toMatchObject({ status: 'in_progress' });
    await opened.store.closeRun(opened.run.id, 'partial');
    const run = await opened.store.openRun(runRequest());
    expect(run.tables).toEqual([
      expect.objectContaining({ key: table, planned: true, status: 'in_progress', plan }),
    ]);
  },

  'planned stays false until all chunks were added': async (harness) => {
    const store = await harness.open();
    await store.migrate();
    const run = await store.openRun(runRequest());
    await store.recordTable(run.id, table, { type: 'planned', plan });
    await store.addChunks(run.id, table, [loadChunk('a')]);
    await store.closeRun(run.id, 'partial');
    const again = await store.openRun(runRequest());
    expect(again.tables[0]).toMatchObject({ planned: false, plan });
  },

  'P1: a table whose hash changed loses its plan and its chunks': async (harness) => {
    const tables = (hash: string) => [tableRequest(table, { hash }), tableRequest('kept')];
    const opened = await openedRun(harness, [loadChunk('a')], { tables: tables('hash-1') });
    const { store, run } = opened;
    await store.recordTable(run.id, table, { type: 'planned', plan });
    await store.recordTable(run.id, table, { type: 'completed' });
    await store.recordTable(run.id, 'kept', { type: 'planned', plan: { ...plan, key: 'kept' } });
    await store.closeRun(run.id, 'partial');
    const again = await store.openRun(runRequest({ tables: tables('hash-2') }));
    expect(again.id).toBe(run.id);
    const state = again.tables.find(({ key }) => key === table);
    expect(state).toMatchObject({ status: 'pending', planned: false });
    expect(state?.plan).toBeUndefined();
    expect(await leaseAll({ store, run: again })).toEqual([]);
    expect(again.tables.find(({ key }) => key === 'kept')?.plan).toMatchObject({ key: 'kept' });
  },

  'a failed table is open again when the run goes on, and keeps its plan': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const { store, run } = opened;
    await store.recordTable(run.id, table, { type: 'planned', plan });
    await store.recordTable(run.id, table, { type: 'failed', error: 'TARGET.LOCKED: by 42' });
    expect(await summaryOf(opened)).toMatchObject({
      status: 'failed',
      error: 'TARGET.LOCKED: by 42',
    });
    await store.closeRun(run.id, 'failed', 'TARGET.LOCKED: by 42');
    const [state] = (await store.openRun(runRequest())).tables;
    expect(['pending', 'in_progress']).toContain(state?.status);
    expect(state).toMatchObject({ planned: true, plan });
  },

  'P4: a completed table stays completed when the run goes on': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const { store, run } = opened;
    await store.recordTable(run.id, table, { type: 'planned', plan });
    await store.record(await takeLease(opened), { type: 'loaded', rows: 3, bytes: 30 });
    await store.recordTable(run.id, table, { type: 'completed' });
    await store.closeRun(run.id, 'partial');
    const [state] = (await store.openRun(runRequest())).tables;
    expect(state).toMatchObject({ status: 'completed' });
    expect(await summaryOf(opened)).toMatchObject({ status: 'completed', rows: 3 });
  },

  'what the source is at work on is found by the next process, until it is forgotten or begins anew':
    async (harness) => {
      const { store, run } = await openedRun(harness);
      const kept = store.statements;
      if (kept === undefined) return;
      const unload = { query: '01a2', note: { attempt: 'a"b' } };
      expect(await kept.find(run.id, table, 'unload')).toBeUndefined();
      await kept.keep(run.id, table, 'unload', { query: 'an earlier one' });
      await kept.keep(run.id, table, 'unload', unload);
      await kept.keep(run.id, table, 'count', { query: '01a3' });
      await store.closeRun(run.id, 'partial');
      const next = await harness.open();
      const again = await next.openRun(runRequest());
      expect(await next.statements?.find(again.id, table, 'unload')).toEqual(unload);
      await next.statements?.forget(again.id, table, 'unload');
      expect(await next.statements?.find(again.id, table, 'unload')).toBeUndefined();
      expect(await next.statements?.find(again.id, table, 'count')).toEqual({ query: '01a3' });
      await next.recordTable(again.id, table, { type: 'restarted' });
      expect(await next.statements?.find(again.id, table, 'count')).toBeUndefined();
    },

  'P5: indexes that are away are told, and that they are back': async (harness) => {
    const opened = await openedRun(harness, [], { tables: [tableRequest(), tableRequest('none')] });
    const { store, run } = opened;
    const indexes = async () => (await summaryOf(opened)).indexes;
    expect(await indexes()).toBeUndefined();
    await store.recordTable(run.id, table, { type: 'planned', plan });
    await store.recordTable(run.id, table, { type: 'indexes_disabled' });
    expect(await indexes()).toBe('disabled');
    await store.recordTable(run.id, table, { type: 'indexes_restored' });
    await store.recordTable(run.id, table, { type: 'completed' });
    expect(await indexes()).toBe('restored');
    await store.recordTable(run.id, table, { type: 'indexes_disabled' });
    expect(await indexes()).toBe('disabled');
    await store.recordTable(run.id, 'none', { type: 'indexes_restored' });
    const none = (await store.summary(run.id)).tables.find(({ key }) => key === 'none');
    expect(none).toBeDefined();
    expect(none?.indexes, 'what was never away can not come back').toBeUndefined();
  },
};
