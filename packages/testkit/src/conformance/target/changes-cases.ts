import type { TablePlan } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { sorted } from '../sample-plan.ts';
import { chunkOfRows, load, readPlan, targetPlan } from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const feed = 'the first ORDERS';
const at = (hour: number) => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000000000Z`;

const old = [
  ['1', 'one', '1.50'],
  ['2', 'two', '2.50'],
  ['3', null, '3.50'],
];

/** A plan of run `hour`, which reads up to that hour; without `from` all rows. */
function planAt(harness: WholeTargetHarness, hour: number, from?: number): TablePlan {
  return targetPlan(harness, {
    run: `run-${hour}`,
    mode: from === undefined ? 'append' : 'changes',
    primaryKey: ['id'],
    keyColumns: ['id'],
    snapshot: { pinned: true, at: at(hour) },
    changes: from === undefined ? { feed } : { feed, from: at(from) },
  });
}

/** A target whose table holds the old rows of hour 1. */
async function begin(harness: WholeTargetHarness) {
  const target = await harness.open();
  const plan = planAt(harness, 1);
  await target.prepare(plan, testContext());
  await load(target, plan, chunkOfRows('a', old));
  await target.publish(plan, testContext());
  const held = (table: TablePlan) => target.changes.heldSnapshot(table, testContext());
  return { target, held, plan };
}

/** Net changes that are applied by key, all at once. */
export const changesCases: Cases<WholeTargetHarness> = {
  'P1: changes delete, update and insert by key; nobody sees a part of them': async (harness) => {
    const { target } = await begin(harness);
    const plan = planAt(harness, 2, 1);
    await target.prepare(plan, testContext());
    // An update of 1, a deletion of 2, the key 3 for a row that came after it had gone, a new 4.
    const gone = [
      ['D', '1', null, null],
      ['D', '2', null, null],
      ['D', '3', null, null],
    ];
    const come = [
      ['I', '1', null, '9.00'],
      ['I', '3', 'three', '3.00'],
      ['I', '4', 'four, "4"', null],
    ];
    // The side that comes may be loaded before the side that goes.
    await load(target, plan, chunkOfRows('b', come));
    await load(await harness.open(), plan, chunkOfRows('a', gone));
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(old));
    expect(await target.publish(plan, testContext())).toMatchObject({ rows: 6 });
    const now = [
      ['1', null, '9.00'],
      ['3', 'three', '3.00'],
      ['4', 'four, "4"', null],
    ];
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(now));
    expect(await target.count(plan.target, testContext())).toBe(3);
  },

  'P1: a change that is in already does no harm, nor a deletion of what is not there': async (
    harness,
  ) => {
    const { target } = await begin(harness);
    const plan = planAt(harness, 2, 1);
    await target.prepare(plan, testContext());
    const changes = [
      ['I', ...(old[0] ?? [])],
      ['D', '7', null, null],
    ];
    await load(target, plan, chunkOfRows('a', changes));
    await target.publish(plan, testContext());
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(old));
  },

  'P4: changes go on in another process, and are applied once': async (harness) => {
    const { target, held } = await begin(harness);
    const plan = planAt(harness, 2, 1);
    await target.prepare(plan, testContext());
    await load(target, plan, chunkOfRows('a', [['D', '1', null, null]]));
    const other = await harness.open();
    await other.prepare(plan, testContext());
    const again = chunkOfRows('a', [['D', '2', null, null]]);
    expect(await load(other, plan, again)).toMatchObject({ rows: 1, alreadyLoaded: true });
    for (const process of [other, target]) {
      expect(await process.publish(plan, testContext())).toMatchObject({ rows: 1 });
      await process.prepare(plan, testContext());
    }
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(old.slice(1)));
    expect(await held(plan)).toBe(at(2));
  },

  'P1: the snapshot that is held is that of the last run that was published': async (harness) => {
    const { target, held, plan } = await begin(harness);
    expect(await held(plan)).toBe(at(1));
    const given = planAt(harness, 2, 1);
    await target.prepare(given, testContext());
    await load(target, given, chunkOfRows('a', [['D', '1', null, null]]));
    expect(await held(given)).toBe(at(1));
    const next = planAt(harness, 3, 1);
    await target.prepare(next, testContext());
    await target.publish(next, testContext());
    expect(await held(next)).toBe(at(3));
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(old));
  },

  'P1: nothing is held of another feed, filter or columns, or after other loads': async (
    harness,
  ) => {
    const { target, held, plan } = await begin(harness);
    expect(
      await held({ ...plan, mode: 'swap', changes: { feed: 'a second ORDERS' } }),
    ).toBeUndefined();
    const filtered = { ...plan, read: { ...plan.read, filter: 'ID > 1' } };
    expect(await held(filtered)).toBeUndefined();
    expect(await held({ ...plan, columns: plan.columns.slice(0, 2) })).toBeUndefined();
    const other = targetPlan(harness, { run: 'run-x', key: 'other' });
    await target.prepare(other, testContext());
    expect(await held(plan)).toBe(at(1));
    await load(target, other, chunkOfRows('a', [['8', 'eight', null]]));
    expect(await held(plan)).toBeUndefined();
  },

  'P1: a key that comes twice is refused, and the old rows stay': async (harness) => {
    const { target, held } = await begin(harness);
    const plan = planAt(harness, 2, 1);
    await target.prepare(plan, testContext());
    const twice = ['a', 'b'].map((name) => ['I', '5', name, null]);
    await load(target, plan, chunkOfRows('a', twice));
    await expectFailure(target.publish(plan, testContext()), 'TARGET.ROW_REJECTED');
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(old));
    expect(await held(plan)).toBe(at(1));
  },
};
