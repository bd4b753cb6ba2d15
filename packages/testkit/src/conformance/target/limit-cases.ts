import type { LoadMode, TablePlan, WholeTarget } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing, type Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleRows, sampleRead, sorted } from '../sample-plan.ts';
import { chunkOfRows, load, preparedTarget, readPlan, targetPlan } from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const part = sampleRows(0, 3);
const all = sampleRows(0, 9);
const own = sampleRows(100, 102);

/** The plan of a run at this minute: a first try, or one that loads all rows. */
function planAt(harness: WholeTargetHarness, minute: number, mode?: LoadMode): TablePlan {
  const keyed = mode === 'upsert' || mode === 'insert-only';
  return targetPlan(harness, {
    run: `run-${minute}`,
    mode: mode ?? 'append',
    primaryKey: ['id'],
    keyColumns: keyed ? ['id'] : [],
    snapshot: { pinned: true, at: `2026-03-01T10:0${minute}:00.123456789Z` },
    ...(mode === undefined ? { read: { ...sampleRead, limit: 3 } } : {}),
  });
}

async function tried(harness: WholeTargetHarness, minute = 1) {
  const plan = planAt(harness, minute);
  const target = await preparedTarget(harness, plan);
  await load(target, plan, chunkOfRows('a', part));
  return { plan, target };
}

/** What `prepare` of a later run, or its `publish`, makes of rows of a first try. */
async function replaced(harness: WholeTargetHarness, mode: LoadMode): Promise<void> {
  const name = `orders_${mode.replace('-', '_')}`;
  const at = (minute: number, as?: LoadMode): TablePlan => ({
    ...planAt(harness, minute, as),
    key: name,
    target: harness.ref(name),
  });
  const plan = at(1);
  const target = await preparedTarget(harness, plan);
  await load(target, plan, chunkOfRows('a', part));
  await target.publish(plan, testContext());
  const whole = at(2, mode);
  await target.prepare(whole, testContext());
  // By other values, which insert-only would not put in place of those that stand.
  const newer = all.map(([id = null]) => [id, 'newer', '1.00']);
  await load(target, whole, chunkOfRows('a', newer));
  await target.publish(whole, testContext());
  expect(sorted(await readPlan(harness, whole)), mode).toEqual(sorted(newer));
}

/** `run --limit`: a part of a table, which nothing takes for the whole. */
export const limitCases: Cases<WholeTargetHarness> = {
  'P1: a run of any mode after a first try leaves no row of it beside its own': async (harness) => {
    const { merges, swaps }: Partial<WholeTarget> = await harness.open();
    for (const mode of ['append', 'truncate'] as const) await replaced(harness, mode);
    if (swaps !== undefined) await replaced(harness, 'swap');
    if (merges === undefined) return;
    for (const mode of ['upsert', 'insert-only'] as const) await replaced(harness, mode);
  },

  'P5: it does not begin on rows of others, nor on those of a run that was no first try': async (
    harness,
  ) => {
    const other = planAt(harness, 1, 'append');
    const target = await preparedTarget(harness, other);
    await load(target, other, chunkOfRows('a', own));
    const again = planAt(harness, 2);
    await expectFailure(target.prepare(again, testContext()), 'RUN.NOT_FIRST');
    await target.publish(other, testContext());
    await expectFailure(target.prepare(again, testContext()), 'RUN.NOT_FIRST');
    expect(sorted(await readPlan(harness, other))).toEqual(sorted(own));
  },

  'it replaces the rows of the one before, killed or ended; prepared again, its own stay': async (
    harness,
  ) => {
    const { target } = await tried(harness, 1);
    const second = await tried(harness, 2);
    await second.target.publish(second.plan, testContext());
    const third = planAt(harness, 3);
    await target.prepare(third, testContext());
    await load(target, third, chunkOfRows('a', part.slice(0, 2)));
    await (await harness.open()).prepare(third, testContext());
    await load(target, third, chunkOfRows('b', part.slice(2)));
    await target.publish(third, testContext());
    expect(sorted(await readPlan(harness, third))).toEqual(sorted(part));
  },

  'P4: two tables of one first try go into one target, and nothing more once another run begins':
    async (harness) => {
      const { plan, target } = await tried(harness);
      const beside = { ...plan, key: 'shop.more' };
      await target.prepare(beside, testContext());
      await load(target, beside, chunkOfRows('a', own));
      for (const one of [plan, beside]) await target.publish(one, testContext());
      expect(sorted(await readPlan(harness, plan))).toEqual(sorted([...part, ...own]));
      await target.prepare(planAt(harness, 2, 'append'), testContext());
      expect(await readPlan(harness, plan)).toEqual([]);
      await expectFailure(load(target, plan, chunkOfRows('late', own)), 'RUN.SUPERSEDED');
    },

  ...needing(['watermarks'], {
    'P1: an incremental load after it has no bound: its rows say nothing of those before': async (
      harness: WholeTargetHarness,
    ) => {
      const { plan, target } = await tried(harness);
      await target.publish(plan, testContext());
      const [id] = plan.columns;
      if (id === undefined) throw new RangeError('the sample has columns');
      const newest = await target.watermarks.newest({ ...plan, mode: 'append' }, id, testContext());
      expect(newest).toEqual({ unfinished: { run: plan.run } });
    },
  }),
};
