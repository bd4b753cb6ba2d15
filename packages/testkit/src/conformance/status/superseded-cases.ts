import type { RunRequest, StatusStore } from '@snowmelt/core';
import { expect } from 'vitest';

import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { samplePlan } from '../sample-plan.ts';
import { runRequest, table, tableRequest } from './sample-run.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';

const byId = (run: string): Partial<RunRequest> => ({ resume: { mode: 'run', run } });
const newer: Partial<RunRequest> = { executionHash: 'execution-2', resume: { mode: 'never' } };

async function opened(harness: StatusStoreHarness): Promise<StatusStore> {
  const store = await harness.open();
  await store.migrate();
  return store;
}

/** Opens a run, does some of its work, and closes it. */
async function ran(
  store: StatusStore,
  parts: Partial<RunRequest>,
  work: (run: string) => Promise<void> = async () => undefined,
): Promise<string> {
  const { id } = await store.openRun(runRequest(parts));
  await work(id);
  await store.closeRun(id, 'partial');
  return id;
}

const begins =
  (store: StatusStore, key = table) =>
  (run: string) =>
    store.recordTable(run, key, { type: 'planned', plan: samplePlan({ run, key }) });

const completes =
  (store: StatusStore, key = table) =>
  async (run: string) => {
    await begins(store, key)(run);
    await store.recordTable(run, key, { type: 'completed' });
  };

async function expectSuperseded(store: StatusStore, old: string, by: string): Promise<void> {
  const error = await expectFailure(store.openRun(runRequest(byId(old))), 'RUN.SUPERSEDED');
  expect(error.place).toMatchObject({ run: old, table });
  expect(error.message).toContain(by);
}

/** P1: a run reads at its own point in time, so that it must not follow one that read later. */
export const supersededCases: Cases<StatusStoreHarness> = {
  'P1: a newer run has loaded a table that this one had not planned yet': async (harness) => {
    const store = await opened(harness);
    const old = await ran(store, {});
    const other = await ran(store, newer, completes(store));
    await expectSuperseded(store, old, other);
    expect(await store.openRun(runRequest())).toMatchObject({ resumed: false });
  },

  'P1: a newer run has begun a table that this one had begun': async (harness) => {
    const store = await opened(harness);
    const old = await ran(store, {}, begins(store));
    const other = await ran(store, newer, begins(store));
    await expectSuperseded(store, old, other);
    expect(await store.openRun(runRequest())).toMatchObject({ id: other, resumed: true });
  },

  'P1: a newer run has loaded a table that is new to this one': async (harness) => {
    const store = await opened(harness);
    const old = await ran(store, { tables: [tableRequest('first')] });
    const other = await ran(store, newer, completes(store));
    await expectSuperseded(store, old, other);
  },

  'P1: a newer run has loaded a table that this one would load anew': async (harness) => {
    const store = await opened(harness);
    const old = await ran(store, { tables: [tableRequest(table, { hash: 'before' })] }, (run) =>
      completes(store)(run),
    );
    const other = await ran(store, newer, completes(store));
    await expectSuperseded(store, old, other);
  },

  'P1: a run is superseded also where yet another one had the table last': async (harness) => {
    const store = await opened(harness);
    const old = await ran(store, {});
    const other = await ran(store, newer, completes(store));
    const { target } = tableRequest();
    const tables = [tableRequest('another source', { target })];
    await ran(store, { ...newer, tables }, completes(store, 'another source'));
    await expectSuperseded(store, old, other);
  },

  'P4: a table that this run has completed is no hindrance': async (harness) => {
    const store = await opened(harness);
    const tables = [tableRequest(), tableRequest('rest')];
    const old = await ran(store, { tables }, completes(store));
    await ran(store, newer, completes(store));
    expect(await store.openRun(runRequest({ tables }))).toMatchObject({ id: old, resumed: true });
  },

  'P4: a newer run that has not begun the table is no hindrance': async (harness) => {
    const store = await opened(harness);
    const old = await ran(store, {});
    await ran(store, newer);
    expect(await store.openRun(runRequest(byId(old)))).toMatchObject({ id: old, resumed: true });
  },

  'P4: an older run is no hindrance': async (harness) => {
    const store = await opened(harness);
    await ran(store, newer, completes(store));
    const run = await ran(store, {});
    expect(await store.openRun(runRequest())).toMatchObject({ id: run, resumed: true });
  },

  'P4: another source table into the same target is no hindrance': async (harness) => {
    const store = await opened(harness);
    const old = await ran(store, {});
    const { target } = tableRequest();
    const tables = [tableRequest('another source', { target })];
    await ran(store, { ...newer, tables }, completes(store, 'another source'));
    expect(await store.openRun(runRequest())).toMatchObject({ id: old, resumed: true });
  },
};
