import type { RunPlace } from '@snowmelt/core';
import { expect } from 'vitest';

import type { Cases } from '../cases.ts';
import { samplePlan } from '../sample-plan.ts';
import {
  extractChunk,
  loadChunk,
  openedRun,
  runRequest,
  summaryOf,
  table,
  tableRequest,
  takeLease,
} from './sample-run.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';

/** What monitoring sees. */
export const summaryCases: Cases<StatusStoreHarness> = {
  'summary: load chunks only are counted, rows and bytes are added up': async (harness) => {
    const chunks = [loadChunk('a'), loadChunk('b'), loadChunk('c'), extractChunk('x')];
    const tables = [tableRequest(), tableRequest('empty')];
    const opened = await openedRun(harness, chunks, { tables, sourceNames: ['shop', 'web'] });
    const big = 3_000_000_000;
    for (const rows of [1, big]) {
      await opened.store.record(await takeLease(opened), { type: 'loaded', rows, bytes: rows * 2 });
    }
    await opened.store.record(await takeLease(opened), { type: 'failed', error: 'E' });
    const summary = await opened.store.summary(opened.run.id);
    expect(summary).toMatchObject({
      status: 'running',
      rows: big + 1,
      sourceNames: ['shop', 'web'],
    });
    expect(summary.tables.map(({ key }) => key).sort()).toEqual(['empty', table]);
    expect(await summaryOf(opened)).toMatchObject({
      ...tableRequestFigures,
      totalChunks: 3,
      completedChunks: 2,
      failedChunks: 1,
      rows: big + 1,
      bytes: big * 2 + 2,
    });
  },

  'summary: says how many rows a table was completed without, also after a resume': async (
    harness,
  ) => {
    const tables = [tableRequest(), tableRequest('other')];
    const opened = await openedRun(harness, [loadChunk('a')], { tables });
    const { store, run } = opened;
    const loaded = { type: 'loaded', rows: 8, bytes: 80, rejected: 2 } as const;
    await store.record(await takeLease(opened), loaded);
    expect(await summaryOf(opened)).not.toHaveProperty('rejected');
    await store.recordTable(run.id, table, { type: 'completed', rejected: 2 });
    const told = { rows: 8, rejected: 2, error: expect.stringMatching(/2 rows are in quarantine/) };
    expect(await summaryOf(opened)).toMatchObject(told);
    await store.closeRun(run.id, 'partial');
    await store.openRun(runRequest({ tables }));
    expect(await summaryOf(opened)).toMatchObject(told);
    await store.recordTable(run.id, table, { type: 'completed' });
    const mended = await summaryOf(opened);
    expect(mended).not.toHaveProperty('rejected');
    expect(mended).not.toHaveProperty('error');
  },

  'summary: says how a completed table was compared with its source, and what its rows made of it':
    async (harness) => {
      const opened = await openedRun(harness);
      const { store, run } = opened;
      const verification = {
        by: 'digest',
        leftOut: [{ column: 'f', why: 'both sides write its digits differently' }],
      } as const;
      const merged = { inserted: 7, updated: 2, unchanged: 1, deleted: 3 };
      await store.recordTable(run.id, table, { type: 'completed', verification, merged });
      expect(await summaryOf(opened)).toMatchObject({ verification, merged });
      await store.recordTable(run.id, table, { type: 'completed' });
      expect(await summaryOf(opened)).not.toHaveProperty('verification');
      expect(await summaryOf(opened)).not.toHaveProperty('merged');
    },

  'summary: says when things began and ended, and why': async (harness) => {
    const opened = await openedRun(harness);
    const { store, run } = opened;
    expect(await summaryOf(opened)).toMatchObject({ status: 'pending', totalChunks: 0 });
    await store.recordTable(run.id, table, { type: 'planned', plan: samplePlan({ key: table }) });
    await store.recordTable(run.id, table, { type: 'completed' });
    const done = await summaryOf(opened);
    expect(done.startedAt).toBeInstanceOf(Date);
    expect(done.completedAt).toBeInstanceOf(Date);
    expect(done.error).toBeUndefined();
    await store.closeRun(run.id, 'failed', 'SOURCE.AUTH_FAILED: refused');
    const summary = await store.summary(run.id);
    expect(summary).toMatchObject({ status: 'failed', error: 'SOURCE.AUTH_FAILED: refused' });
    expect(summary.startedAt).toEqual(run.startedAt);
    expect(summary.completedAt).toBeInstanceOf(Date);
  },

  'runs: newest first, as many as asked for, the same as their summaries': async (harness) => {
    const { store, run } = await openedRun(harness, [loadChunk('a')]);
    const ids = [run.id];
    await store.closeRun(run.id, 'completed');
    for (let nth = 0; nth < 2; nth += 1) {
      await harness.passTime(1000);
      const next = await store.openRun(runRequest({ resume: { mode: 'never' } }));
      await store.closeRun(next.id, 'partial');
      ids.unshift(next.id);
    }
    expect((await store.runs(10)).map(({ id }) => id)).toEqual(ids);
    const latest = await store.runs(2);
    expect(latest).toHaveLength(2);
    expect(latest[0]).toEqual(await store.summary(ids[0] ?? ''));
  },

  'summary: says what to do about a table that failed, until it goes on': async (harness) => {
    const opened = await openedRun(harness);
    const { store, run } = opened;
    const failed = { type: 'failed', error: 'TARGET.LOCKED: pid 7', fix: 'End pid 7.' } as const;
    await store.recordTable(run.id, table, failed);
    expect(await summaryOf(opened)).toMatchObject({ error: failed.error, fix: failed.fix });
    await store.recordTable(run.id, table, { type: 'completed' });
    expect(await summaryOf(opened)).not.toHaveProperty('fix');
  },

  'runs: only those with a table in one of the places': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'completed');
    const place = { sourceName: 'shop', database: 'SHOP', schema: 'SALES' };
    const found = async (places: readonly RunPlace[]) => (await store.runs(10, places)).length;
    expect(await found([place])).toBe(1);
    expect(await found([{ ...place, sourceName: 'x' }, place])).toBe(1);
    for (const key of ['sourceName', 'database', 'schema']) {
      expect(await found([{ ...place, [key]: 'x' }])).toBe(0);
    }
    expect(await found([])).toBe(0);
  },

  'every process sees the same': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    await opened.store.record(await takeLease(opened), { type: 'loaded', rows: 1, bytes: 1 });
    const other = await harness.open();
    const theirs = await other.summary(opened.run.id);
    expect(theirs).toEqual(await opened.store.summary(opened.run.id));
  },
};

const { key: _key, hash: _hash, ...tableRequestFigures } = tableRequest();
