import { expect } from 'vitest';

import type { RunState, Sharing, StatusStore, WorkerSign } from '@snowmelt/core';

import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import {
  extractChunk,
  loadChunk,
  openedRun,
  runRequest,
  table,
  tableRequest,
  takeLease,
} from './sample-run.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';

const owner = sign('host/1/aaaa');
const worker = sign('host/3/cccc');
const gate = '5f0b3a52-7a6e-4d0c-9a51-0d6f3b3c8f11';
const afterwards = runRequest({ owner: 'host/2/bbbb' });
const otherRun = runRequest({ owner: 'host/2/bbbb', resume: { mode: 'never' } });

function sign(id: string, parts: Partial<WorkerSign> = {}): WorkerSign {
  return { id, host: 'host', pid: 7, version: '1.2.3', ...parts };
}

function sharingOf(store: StatusStore): Sharing {
  if (store.sharing === undefined) throw new Error('this store lets one process work on a run');
  return store.sharing;
}

/** A run whose owner has handed it over, and a store of another process. */
async function handedOver(harness: StatusStoreHarness, seconds = 600) {
  const opened = await openedRun(harness, [loadChunk('a'), loadChunk('b')]);
  await sharingOf(opened.store).seen(opened.run.id, owner);
  await opened.store.recordTable(opened.run.id, table, { type: 'opened', gate });
  await sharingOf(opened.store).handOver(opened.run.id, seconds);
  await opened.store[Symbol.asyncDispose]();
  return { run: opened.run, store: await harness.open() };
}

async function leaseUnder(store: StatusStore, run: RunState, named: string) {
  return store.lease(run.id, table, `${worker.id}/${table}/0`, named);
}

/** Several processes on one run: who they are, what they may work at, and whose the run is. */
export const sharingCases: Cases<StatusStoreHarness> = {
  'workers: each that was seen, the owner among them, until it says that it ends': async (
    harness,
  ) => {
    const { store, run } = await openedRun(harness);
    const sharing = sharingOf(store);
    await sharing.seen(run.id, owner);
    await sharing.seen(run.id, sign(worker.id, { waitsFor: 'the lock of shop.orders' }));
    const [first, second] = await sharing.workers(run.id);
    expect(first).toMatchObject({ ...owner, isOwner: true });
    expect(first).not.toHaveProperty('endedAt');
    expect(first).not.toHaveProperty('waitsFor');
    expect(second).toMatchObject({ isOwner: false, waitsFor: 'the lock of shop.orders' });
    expect(second?.waitsSince).toBeInstanceOf(Date);
    await sharing.seen(run.id, worker);
    await sharing.left(run.id, owner.id);
    const [ended, working] = await sharing.workers(run.id);
    expect(ended?.endedAt).toBeInstanceOf(Date);
    expect(working).not.toHaveProperty('waitsFor');
    expect(working?.startedAt).toEqual(second?.startedAt);
    await expectFailure(
      sharing.seen('0b8e6d1c-5a53-4a4e-9f0e-1d2c3b4a5f60', worker),
      'RUN.NOT_FOUND',
    );
  },

  'left: what the worker had leased is free at once, what others have is not': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a'), loadChunk('b')]);
    const { store, run } = opened;
    await sharingOf(store).seen(run.id, worker);
    const gone = await takeLease(opened, `${worker.id}/${table}/0`);
    const kept = await takeLease(opened, `${worker.id}7/${table}/0`);
    await sharingOf(store).left(run.id, worker.id);
    const again = await takeLease(opened, 'host/9/dddd/x/0');
    expect(again.chunk.id).toBe(gone.chunk.id);
    await expectFailure(store.renew(gone), 'RUN.LEASE_LOST');
    await store.renew(kept);
  },

  'look: the run, its plan format and its tables, and that its owner lives': async (harness) => {
    const { store, run } = await openedRun(harness, [], { planFormat: 3 });
    const other = sharingOf(await harness.open());
    expect(await other.look(run.id)).toMatchObject({
      id: run.id,
      status: 'running',
      owner: owner.id,
      ownership: 'live',
      planFormat: 3,
      tables: [{ key: table, hash: 'hash-1', planned: true }],
    });
    await harness.crash(store);
    await expect
      .poll(async () => (await other.look(run.id)).ownership, { timeout: 5000 })
      .toBe('none');
    await expectFailure(other.look('0b8e6d1c-5a53-4a4e-9f0e-1d2c3b4a5f60'), 'RUN.NOT_FOUND');
    await expectFailure(other.look('no such run'), 'RUN.NOT_FOUND');
  },

  'openChunks: what has not come to an end, in hand or not': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a'), loadChunk('b'), extractChunk('x')]);
    const sharing = sharingOf(opened.store);
    const left = { table, load: 2, extract: 1 };
    expect(await sharing.openChunks(opened.run.id)).toEqual([left]);
    const lease = await takeLease(opened);
    expect(await sharing.openChunks(opened.run.id)).toEqual([left]);
    await opened.store.record(lease, { type: 'loaded', rows: 1, bytes: 1 });
    expect(await sharing.openChunks(opened.run.id)).toEqual([{ ...left, load: 1 }]);
  },

  'gate: chunks are leased under the one that stands, and no other': async (harness) => {
    const { store, run } = await openedRun(harness, [loadChunk('a'), loadChunk('b')]);
    const other = await harness.open();
    const wrong = crypto.randomUUID();
    expect(await leaseUnder(other, run, wrong)).toEqual({ kind: 'shut' });
    await store.recordTable(run.id, table, { type: 'opened', gate });
    expect((await sharingOf(other).look(run.id)).tables).toMatchObject([{ gate }]);
    expect(await leaseUnder(other, run, wrong)).toEqual({ kind: 'shut' });
    expect(await leaseUnder(other, run, gate)).toMatchObject({ kind: 'lease' });
    await store.recordTable(run.id, table, { type: 'restarted' });
    expect(await leaseUnder(other, run, gate)).toEqual({ kind: 'shut' });
  },

  'gate: shut by a failure, and by whoever opens the run again': async (harness) => {
    const { store, run } = await openedRun(harness, [loadChunk('a')]);
    await store.recordTable(run.id, table, { type: 'opened', gate });
    await store.recordTable(run.id, table, { type: 'failed', error: 'E' });
    expect(await leaseUnder(store, run, gate)).toEqual({ kind: 'shut' });
    await store.recordTable(run.id, table, { type: 'opened', gate });
    await harness.crash(store);
    const next = await harness.open();
    const again = await next.openRun(afterwards);
    expect(again.id).toBe(run.id);
    expect(await leaseUnder(next, run, gate)).toEqual({ kind: 'shut' });
  },

  'handOver: chunks are worked meanwhile, and nobody else takes the run or its tables': async (
    harness,
  ) => {
    const { store, run } = await handedOver(harness);
    expect(await sharingOf(store).look(run.id)).toMatchObject({ ownership: 'held' });
    expect(await leaseUnder(store, run, gate)).toMatchObject({ kind: 'lease' });
    await expectFailure(store.openRun(otherRun), 'RUN.TABLE_BUSY');
    await expectFailure(store.openRun(afterwards), 'RUN.TABLE_BUSY');
    const elsewhere = { ...otherRun, tables: [tableRequest('shop.items')] };
    expect(await store.openRun(elsewhere)).toMatchObject({ resumed: false });
    expect(await sharingOf(store).look(run.id)).toMatchObject({ status: 'running' });
  },

  'handOver: the next one of the same work takes it, once': async (harness) => {
    const { store, run } = await handedOver(harness);
    const stores = [store, await harness.open(), await harness.open()];
    const taking = stores.map((each, index) =>
      each.openRun({ ...afterwards, owner: `host/2/b${index}`, takesHeld: true }),
    );
    const taken = (await Promise.allSettled(taking)).filter(({ status }) => status === 'fulfilled');
    expect(taken).toMatchObject([{ value: { id: run.id, resumed: true } }]);
    expect(await sharingOf(store).look(run.id)).toMatchObject({ ownership: 'live' });
  },

  'handOver: a sign of life keeps it on, and silence ends it': async (harness) => {
    const { store, run } = await handedOver(harness, 600);
    await harness.passTime(500_000);
    await sharingOf(store).seen(run.id, worker);
    await harness.passTime(500_000);
    await expectFailure(store.openRun(otherRun), 'RUN.TABLE_BUSY');
    await harness.passTime(200_000);
    expect(await sharingOf(store).look(run.id)).toMatchObject({ ownership: 'none' });
    expect(await store.openRun(afterwards)).toMatchObject({ id: run.id, resumed: true });
  },
};
