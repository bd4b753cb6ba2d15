import { expect } from 'vitest';

import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { loadChunk, openedRun, runRequest, table, tableRequest, takeLease } from './sample-run.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';

const others = runRequest({ owner: 'host/2/bbbb', resume: { mode: 'never' } });

/** Two runs never load one table at once; a process that is gone holds nothing. */
export const claimCases: Cases<StatusStoreHarness> = {
  'TABLE_BUSY: another live run has the table': async (harness) => {
    const { run } = await openedRun(harness);
    const other = await harness.open();
    const error = await expectFailure(other.openRun(others), 'RUN.TABLE_BUSY');
    expect(error.retry).toBe('run');
    expect((await other.runs(10)).map(({ id }) => id)).toEqual([run.id]);
  },

  'TABLE_BUSY: the same run is open in a live process': async (harness) => {
    await openedRun(harness);
    const other = await harness.open();
    await expectFailure(other.openRun(runRequest({ owner: 'host/2/bbbb' })), 'RUN.TABLE_BUSY');
  },

  'TABLE_BUSY: one busy table of several refuses the whole run': async (harness) => {
    await openedRun(harness);
    const other = await harness.open();
    const tables = [tableRequest('free'), tableRequest()];
    await expectFailure(other.openRun({ ...others, tables }), 'RUN.TABLE_BUSY');
    // Nothing was claimed on the way to the refusal.
    const third = await harness.open();
    const free = await third.openRun({ ...others, tables: [tableRequest('free')] });
    expect(free.resumed).toBe(false);
  },

  'other tables are not busy': async (harness) => {
    await openedRun(harness);
    const other = await harness.open();
    const opened = await other.openRun({ ...others, tables: [tableRequest('shop.items')] });
    expect(opened.resumed).toBe(false);
  },

  'of ten processes that open the same table at once, one does': async (harness) => {
    const first = await harness.open();
    await first.migrate();
    const stores = await Promise.all(Array.from({ length: 10 }, () => harness.open()));
    const opened = await Promise.allSettled(
      stores.map((store, index) => store.openRun({ ...others, owner: `host/${index}/cccc` })),
    );
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await first.runs(100)).toHaveLength(1);
  },

  'closeRun frees the tables': async (harness) => {
    const { store, run } = await openedRun(harness);
    await store.closeRun(run.id, 'partial');
    const other = await harness.open();
    expect((await other.openRun(others)).resumed).toBe(false);
  },

  'P4: the tables of a process that is gone are free, and its run goes on': async (harness) => {
    const { store, run } = await openedRun(harness);
    await harness.crash(store);
    const other = await harness.open();
    const again = await other.openRun(runRequest({ owner: 'host/2/bbbb' }));
    expect(again).toMatchObject({ id: run.id, resumed: true });
  },

  'P4: chunks that a dead owner had leased are open at once': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a'), loadChunk('b')]);
    const before = await takeLease(opened);
    await harness.crash(opened.store);
    const store = await harness.open();
    const run = await store.openRun(runRequest({ owner: 'host/2/bbbb' }));
    const after = await takeLease({ store, run }, 'host/2/bbbb/shop.orders/0');
    expect(after.chunk.id).toBe(before.chunk.id);
    expect(after.generation).toBeGreaterThan(before.generation);
    const answer = await store.lease(run.id, table, 'host/2/bbbb/shop.orders/1');
    expect(answer.kind).toBe('lease');
  },

  'P2: the worker of a dead owner, alive after all, is refused': async (harness) => {
    const opened = await openedRun(harness, [loadChunk('a')]);
    const stale = await takeLease(opened);
    await harness.crash(opened.store);
    const store = await harness.open();
    const run = await store.openRun(runRequest({ owner: 'host/2/bbbb' }));
    const loaded = { type: 'loaded', rows: 1, bytes: 1 } as const;
    await expectFailure(store.record(stale, loaded), 'RUN.LEASE_LOST');
    const fresh = await takeLease({ store, run }, 'host/2/bbbb/shop.orders/0');
    await expectFailure(store.record(stale, loaded), 'RUN.LEASE_LOST');
    await expectFailure(store.renew(stale), 'RUN.LEASE_LOST');
    await store.record(fresh, { type: 'loaded', rows: 5, bytes: 50 });
    expect(await store.summary(run.id)).toMatchObject({ rows: 5 });
  },
};
