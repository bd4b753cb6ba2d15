import { expect } from 'vitest';

import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import {
  extractChunk,
  leaseAll,
  loadChunk,
  openedRun,
  summaryOf,
  table,
  tableRequest,
  takeLease,
} from './sample-run.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => loadChunk(`chunk-${index}`));

/** Who works on what, for how long. */
export const leaseCases: Cases<StatusStoreHarness> = {
  'lease: says what, whose and until when': async (harness) => {
    const chunk = loadChunk('ä "b"\n', { expectedRows: 7, expectedBytes: 2 ** 40 });
    const opened = await openedRun(harness, [chunk]);
    const lease = await takeLease(opened, 'host/1/aaaa/w');
    expect(lease).toMatchObject({ run: opened.run.id, table, worker: 'host/1/aaaa/w', retries: 0 });
    expect(lease.chunk).toEqual(chunk);
    expect(lease.deadline).toBeInstanceOf(Date);
  },

  'lease: load chunks before extract chunks, each in order': async (harness) => {
    const chunks = [extractChunk('x2'), loadChunk('l9'), extractChunk('x1'), loadChunk('l10')];
    const opened = await openedRun(harness, chunks);
    await opened.store.addChunks(opened.run.id, table, [loadChunk('l1')]);
    expect(await leaseAll(opened)).toEqual(['l9', 'l10', 'l1', 'x2', 'x1']);
  },

  'lease: order holds over 200 chunks added in batches': async (harness) => {
    const chunks = numbered(200);
    const opened = await openedRun(harness, chunks.slice(0, 90));
    await opened.store.addChunks(opened.run.id, table, chunks.slice(90));
    expect(await leaseAll(opened)).toEqual(chunks.map(({ id }) => id));
  },

  'lease: chunks of another table are not handed out': async (harness) => {
    const tables = [tableRequest(), tableRequest('other')];
    const { store, run } = await openedRun(harness, [loadChunk('a')], { tables });
    expect(await store.lease(run.id, 'other', 'w')).toEqual({ kind: 'done' });
  },

  'lease: wait while chunks are in other hands, done when none is': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const { store, run } = opened;
    const lease = await takeLease(opened);
    expect(await store.lease(run.id, table, 'w2')).toEqual({ kind: 'wait' });
    await store.record(lease, { type: 'loaded', rows: 1, bytes: 1 });
    expect(await store.lease(run.id, table, 'w2')).toEqual({ kind: 'done' });
  },

  'lease: a failed chunk has reached its end': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const lease = await takeLease(opened);
    const error = 'TARGET.ROW_REJECTED: row 3';
    await opened.store.record(lease, { type: 'failed', error });
    expect(await opened.store.lease(opened.run.id, table, 'w2')).toEqual({
      kind: 'done',
      failed: { count: 1, chunk: 'a', error },
    });
  },

  'P2: 20 workers in 4 processes, no chunk twice, none forgotten': async (harness) => {
    const chunks = numbered(100);
    const { store, run } = await openedRun(harness, chunks);
    const stores = [store, await harness.open(), await harness.open(), await harness.open()];
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, worker) =>
        leaseAll({ store: stores[worker % 4] ?? store, run }, `host/1/aaaa/${worker}`),
      ),
    );
    expect(taken.flat().sort()).toEqual(chunks.map(({ id }) => id).sort());
  },

  'P4: a lease that ran out is handed on, with a higher generation': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const first = await takeLease(opened, 'w1');
    await harness.passTime(harness.leaseMilliseconds + 1000);
    const second = await takeLease(opened, 'w2');
    expect(second.chunk.id).toBe('a');
    expect(second.worker).toBe('w2');
    expect(second.generation).toBeGreaterThan(first.generation);
  },

  'P2: 10 workers at a lease that ran out, one gets it': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    await takeLease(opened, 'w0');
    await harness.passTime(harness.leaseMilliseconds + 1000);
    const workers = Array.from({ length: 10 }, (_, index) => `w${index + 1}`);
    const taken = await Promise.all(workers.map((worker) => leaseAll(opened, worker)));
    expect(taken.flat()).toEqual(['a']);
  },

  'renew: keeps a lease from running out': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const lease = await takeLease(opened);
    await harness.passTime(harness.leaseMilliseconds * 0.7);
    const renewed = await opened.store.renew(lease);
    expect(renewed).toMatchObject({ generation: lease.generation, chunk: lease.chunk });
    await harness.passTime(harness.leaseMilliseconds * 0.7);
    expect(await opened.store.lease(opened.run.id, table, 'w2')).toEqual({ kind: 'wait' });
    // The lease as it was handed out stays good: only the generation fences.
    await opened.store.record(lease, { type: 'loaded', rows: 1, bytes: 1 });
    expect(await summaryOf(opened)).toMatchObject({ completedChunks: 1 });
  },

  'renew: a lease that ran out is still good while nobody else has it': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const lease = await takeLease(opened);
    await harness.passTime(harness.leaseMilliseconds + 1000);
    await opened.store.renew(lease);
    expect(await opened.store.lease(opened.run.id, table, 'w2')).toEqual({ kind: 'wait' });
  },

  'P2: a stale lease renews nothing and records nothing': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const stale = await takeLease(opened, 'w1');
    await harness.passTime(harness.leaseMilliseconds + 1000);
    const fresh = await takeLease(opened, 'w2');
    await expectFailure(opened.store.renew(stale), 'RUN.LEASE_LOST');
    for (const event of [
      { type: 'loaded', rows: 9, bytes: 9 },
      { type: 'extracted', chunks: [loadChunk('never')] },
      { type: 'retried', error: 'E' },
      { type: 'failed', error: 'E' },
      { type: 'released' },
    ] as const) {
      await expectFailure(opened.store.record(stale, event), 'RUN.LEASE_LOST');
    }
    expect(await opened.store.lease(opened.run.id, table, 'w3')).toEqual({ kind: 'wait' });
    await opened.store.record(fresh, { type: 'loaded', rows: 1, bytes: 2 });
    expect(await summaryOf(opened)).toMatchObject({
      totalChunks: 1,
      completedChunks: 1,
      failedChunks: 0,
      rows: 1,
      bytes: 2,
    });
  },
};
