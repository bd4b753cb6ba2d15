import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { sampleColumns, sampleRows, sorted } from '../sample-plan.ts';
import type { ModeCase } from './mode-cases.ts';
import { cutBy, loadChunks, ordersTable, planOf, readChunks, readTable } from './read-table.ts';

const rows = sampleRows(0, 57);
const later = sampleRows(1000, 1011);

/** One point in time (P3). */
export const snapshotCases: Readonly<Record<string, ModeCase>> = {
  'P3: what changes after the pin is not read': async (harness, extract) => {
    const source = await harness.open();
    const ref = await ordersTable(harness);
    const plan = await planOf(source, ref, extract);
    await harness.replaceRows(ref, later);
    const other = await harness.open();
    for (const process of [source, other]) {
      expect(sorted(await readTable(process, plan))).toEqual(sorted(rows));
      expect(await process.count(plan, testContext())).toBe(57);
    }
  },

  'P3: what changes between planning and opening is not read': async (harness, extract) => {
    const source = await harness.open();
    const ref = await ordersTable(harness);
    const plan = cutBy(await planOf(source, ref, extract), 'ID');
    const chunks = await loadChunks(source, plan);
    await harness.replaceRows(ref, later);
    expect(sorted(await readChunks(source, plan, chunks))).toEqual(sorted(rows));
  },

  'P3: the plan of a pinned table is the same after a change': async (harness, extract) => {
    const source = await harness.open();
    const ref = await ordersTable(harness);
    const plan = cutBy(await planOf(source, ref, extract), 'ID');
    const ids = async () =>
      (await Array.fromAsync(source.plan(plan, testContext()))).map(({ id }) => id);
    const before = await ids();
    await harness.replaceRows(ref, later);
    expect(await ids()).toEqual(before);
  },

  'P3: a later pin reads the later rows': async (harness, extract) => {
    const source = await harness.open();
    const ref = await ordersTable(harness);
    await planOf(source, ref, extract);
    await harness.replaceRows(ref, later);
    const plan = await planOf(source, ref, extract);
    expect(sorted(await readTable(source, plan))).toEqual(sorted(later));
  },

  'P3: a table that was made after the point has no past there, an older one has': async (
    harness,
  ) => {
    const source = await harness.open();
    const older = await ordersTable(harness);
    const { at } = await source.pins.pin(testContext());
    const newer = await harness.createTable({ name: 'NEWER', columns: sampleColumns, rows });
    for (const [ref, pinned] of [
      [older, true],
      [newer, false],
    ] as const) {
      const schema = await source.describe(ref, testContext());
      const reason = await source.pins.unpinnable(schema, at, testContext());
      expect(reason === undefined).toBe(pinned);
    }
  },

  'P3: an object that can not be pinned says so, and is read by one statement': async (
    harness,
    extract,
    skip,
  ) => {
    const ref = await harness.createUnpinnable?.({ name: 'LIVE', columns: sampleColumns, rows });
    if (ref === undefined) return skip('the source has no such objects');
    const source = await harness.open();
    const schema = await source.describe(ref, testContext());
    const { at } = await source.pins.pin(testContext());
    expect(await source.pins.unpinnable(schema, at, testContext())).toBeTruthy();
    const plan = cutBy(await planOf(source, ref, extract), 'ID');
    expect(plan.snapshot.pinned).toBe(false);
    expect(await Array.fromAsync(source.plan(plan, testContext()))).toHaveLength(1);
    expect(sorted(await readTable(source, plan))).toEqual(sorted(rows));
  },
};
