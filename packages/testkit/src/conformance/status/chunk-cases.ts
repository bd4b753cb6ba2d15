import { expect } from 'vitest';

import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import {
  extractChunk,
  leaseAll,
  loadChunk,
  openedRun,
  runRequest,
  summaryOf,
  table,
  takeLease,
} from './sample-run.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';

/** What happens to a chunk, and what becomes of it. */
export const chunkCases: Cases<StatusStoreHarness> = {
  'addChunks: the same id is added once, whatever its state': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a'), loadChunk('b')]);
    const lease = await takeLease(opened);
    await opened.store.record(lease, { type: 'loaded', rows: 3, bytes: 30 });
    const again = [loadChunk('b'), loadChunk('a'), loadChunk('c')];
    await opened.store.addChunks(opened.run.id, table, again);
    expect(await leaseAll(opened)).toEqual(['b', 'c']);
    expect(await summaryOf(opened)).toMatchObject({ totalChunks: 3, rows: 3 });
  },

  'addChunks: two processes add the same plan at once': async (harness) => {
    const opened = await openedRun(harness);
    const other = await harness.open();
    const chunks = Array.from({ length: 50 }, (_, index) => loadChunk(`chunk-${index}`));
    await Promise.all([
      opened.store.addChunks(opened.run.id, table, chunks),
      other.addChunks(opened.run.id, table, chunks.toReversed()),
    ]);
    expect((await leaseAll(opened)).sort()).toEqual(chunks.map(({ id }) => id).sort());
  },

  'keys: worked like others, after rows, and counted as none of the table': async (harness) => {
    const keys = { ...loadChunk('keys/a'), of: 'keys' } as const;
    const late = { ...loadChunk('keys/b'), of: 'keys' } as const;
    const opened = await openedRun(harness, [keys, loadChunk('a')]);
    await opened.store.addChunks(opened.run.id, table, [late]);
    for (const id of ['a', 'keys/a']) {
      const lease = await takeLease(opened);
      expect(lease.chunk).toEqual(id === 'a' ? loadChunk('a') : keys);
      await opened.store.record(lease, { type: 'loaded', rows: 5, bytes: 50 });
    }
    await opened.store.recordLoaded(opened.run.id, table, [{ id: 'keys/b', rows: 7, bytes: 7 }]);
    expect(await opened.store.lease(opened.run.id, table, 'w')).toEqual({ kind: 'done' });
    const counted = { totalChunks: 1, completedChunks: 1, rows: 5, bytes: 50 };
    expect(await summaryOf(opened)).toMatchObject(counted);
    const missing = { how: 'hard', rows: 3, restored: 0 } as const;
    await opened.store.recordTable(opened.run.id, table, { type: 'completed', missing });
    expect(await summaryOf(opened)).toMatchObject({ ...counted, status: 'completed' });
  },

  'released: open again, and no try was lost': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const first = await takeLease(opened);
    await opened.store.record(first, { type: 'released' });
    const second = await takeLease(opened, 'w2');
    expect(second).toMatchObject({ chunk: { id: 'a' }, retries: 0 });
    expect(second.generation).toBeGreaterThan(first.generation);
  },

  'retried: stays in the same hands; the next lease knows of the tries': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const lease = await takeLease(opened);
    await opened.store.record(lease, { type: 'retried', error: 'SOURCE.NETWORK: reset' });
    expect(await opened.store.lease(opened.run.id, table, 'w2')).toEqual({ kind: 'wait' });
    await opened.store.record(lease, { type: 'retried', error: 'SOURCE.NETWORK: reset' });
    await opened.store.record(lease, { type: 'released' });
    expect(await takeLease(opened)).toMatchObject({ retries: 2 });
  },

  'failed: counted, and open again when the run goes on': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a'), loadChunk('b')]);
    const lease = await takeLease(opened);
    await opened.store.record(lease, { type: 'failed', error: 'TARGET.ROW_REJECTED: row 3' });
    expect(await summaryOf(opened)).toMatchObject({ failedChunks: 1, completedChunks: 0 });
    await opened.store.closeRun(opened.run.id, 'partial');
    const run = await opened.store.openRun(runRequest({ owner: 'host/2/bbbb' }));
    expect(await leaseAll({ store: opened.store, run })).toEqual(['a', 'b']);
    expect(await summaryOf(opened)).toMatchObject({ failedChunks: 0 });
  },

  'P4: loaded chunks stay loaded when the run goes on': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a'), loadChunk('b')]);
    const lease = await takeLease(opened);
    await opened.store.record(lease, { type: 'loaded', rows: 3, bytes: 30 });
    await opened.store.closeRun(opened.run.id, 'partial');
    const run = await opened.store.openRun(runRequest({ owner: 'host/2/bbbb' }));
    expect(await leaseAll({ store: opened.store, run })).toEqual(['b']);
    expect(await summaryOf(opened)).toMatchObject({ completedChunks: 1, rows: 3, bytes: 30 });
  },

  'extracted: its load chunks take its place, next in line': async (harness) => {
    const opened = await openedRun(harness, [extractChunk('x1'), extractChunk('x2')]);
    const lease = await takeLease(opened);
    const chunks = [loadChunk('x1/0', { expectedRows: 4 }), loadChunk('x1/1')];
    await opened.store.record(lease, { type: 'extracted', chunks });
    const next = await takeLease(opened);
    expect(next.chunk).toEqual(chunks[0]);
    expect(await leaseAll(opened)).toEqual(['x1/1', 'x2']);
    expect(await summaryOf(opened)).toMatchObject({ totalChunks: 2, completedChunks: 0 });
  },

  'loaded in pieces: they take its place, once, and it has no rows': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a', { expectedRows: 4 }), loadChunk('b')]);
    const lease = await takeLease(opened);
    const pieces = [loadChunk('a/1', { expectedRows: 2 }), loadChunk('a/2', { expectedRows: 2 })];
    const divided = { type: 'loaded', rows: 0, bytes: 0, pieces } as const;
    await opened.store.record(lease, divided);
    await opened.store.record(lease, divided);
    expect((await leaseAll(opened)).sort()).toEqual(['a/1', 'a/2', 'b']);
    expect(await summaryOf(opened)).toMatchObject({ totalChunks: 4, completedChunks: 1, rows: 0 });
    const stale = { ...divided, pieces: [loadChunk('a/3')] };
    await expectFailure(opened.store.record({ ...lease, generation: 0 }, stale), 'RUN.LEASE_LOST');
    expect(await summaryOf(opened)).toMatchObject({ totalChunks: 4 });
  },

  'extracted: into nothing is an end': async (harness) => {
    const opened = await openedRun(harness, [extractChunk('x1')]);
    const lease = await takeLease(opened);
    await opened.store.record(lease, { type: 'extracted', chunks: [] });
    expect(await opened.store.lease(opened.run.id, table, 'w2')).toEqual({ kind: 'done' });
    expect(await summaryOf(opened)).toMatchObject({ totalChunks: 0 });
  },

  'wait: an extract chunk in other hands may bring more': async (harness) => {
    const opened = await openedRun(harness, [extractChunk('x1')]);
    const lease = await takeLease(opened);
    expect(await opened.store.lease(opened.run.id, table, 'w2')).toEqual({ kind: 'wait' });
    await opened.store.record(lease, { type: 'extracted', chunks: [loadChunk('x1/0')] });
    expect(await takeLease(opened, 'w2')).toMatchObject({ chunk: { id: 'x1/0' } });
  },

  'P4: recordLoaded takes what the ledger has, open, leased or failed': async (harness) => {
    const chunks = ['a', 'b', 'c', 'd'].map((id) => loadChunk(id));
    const opened = await openedRun(harness, chunks);
    const failing = await takeLease(opened, 'w1');
    await opened.store.record(failing, { type: 'failed', error: 'E' });
    await takeLease(opened, 'w2');
    const ledger = ['a', 'b', 'c'].map((id) => ({ id, rows: 10, bytes: 100 }));
    await opened.store.recordLoaded(opened.run.id, table, ledger);
    await opened.store.recordLoaded(opened.run.id, table, ledger);
    expect(await leaseAll(opened)).toEqual(['d']);
    expect(await summaryOf(opened)).toMatchObject({
      totalChunks: 4,
      completedChunks: 3,
      failedChunks: 0,
      rows: 30,
      bytes: 300,
    });
  },
};
