import type { LoadMode, TablePlan } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing, type Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleRows, sorted } from '../sample-plan.ts';
import { chunkOfRows, load, preparedTarget, readPlan, targetPlan } from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const before = sampleRows(0, 10);
const after = before.map(([id = null]) => [id, 'newer', '1.00']);

/** A run of the table that reads at this minute. */
function runAt(harness: WholeTargetHarness, minute: number, mode: LoadMode): TablePlan {
  return targetPlan(harness, {
    run: `run-${minute}`,
    mode,
    primaryKey: ['id'],
    keyColumns: mode === 'upsert' || mode === 'insert-only' ? ['id'] : [],
    snapshot: { pinned: true, at: `2026-03-01T10:0${minute}:00.123456789Z` },
  });
}

/** Of modes that leave the rows of the newest run in the end. */
function overtakenIn(mode: 'truncate' | 'upsert'): Cases<WholeTargetHarness> {
  return {
    [`P1: ${mode}: a run that a newer one has overtaken goes on with nothing`]: async (harness) => {
      const [old, newer] = [runAt(harness, 1, mode), runAt(harness, 2, mode)];
      const target = await preparedTarget(harness, old);
      await load(target, old, chunkOfRows('a', before.slice(0, 3)));
      await target.prepare(newer, testContext());
      await load(target, newer, chunkOfRows('a', after));
      const late = chunkOfRows('b', before.slice(3));
      const error = await expectFailure(load(target, old, late), 'RUN.SUPERSEDED');
      expect(error.message).toContain('run-2');
      await expectFailure(target.prepare(old, testContext()), 'RUN.SUPERSEDED');
      await expectFailure(target.publish(old, testContext()), 'RUN.SUPERSEDED');
      await target.publish(newer, testContext());
      expect(sorted(await readPlan(harness, newer))).toEqual(sorted(after));
    },

    [`P4: ${mode}: one run after the other, and one of them again`]: async (harness) => {
      const [first, second] = [runAt(harness, 1, mode), runAt(harness, 2, mode)];
      const target = await preparedTarget(harness, first);
      await load(target, first, chunkOfRows('a', before));
      await target.publish(first, testContext());
      await target.prepare(second, testContext());
      await load(target, second, chunkOfRows('a', after.slice(0, 4)));
      await (await harness.open()).prepare(second, testContext());
      await load(target, second, chunkOfRows('b', after.slice(4)));
      await target.publish(second, testContext());
      expect(sorted(await readPlan(harness, second))).toEqual(sorted(after));
    },
  };
}

function beginsLate(mode: LoadMode): Cases<WholeTargetHarness> {
  return {
    [`P1: ${mode}: a run that read earlier does not begin where a newer one has loaded`]: async (
      harness,
    ) => {
      const newer = runAt(harness, 2, 'truncate');
      const target = await preparedTarget(harness, newer);
      await load(target, newer, chunkOfRows('a', after));
      await target.publish(newer, testContext());
      const old = runAt(harness, 1, mode);
      const error = await expectFailure(target.prepare(old, testContext()), 'RUN.SUPERSEDED');
      expect(error.message).toContain('run-2');
      expect(sorted(await readPlan(harness, newer))).toEqual(sorted(after));
    },
  };
}

/** P1: rows of an older point in time never come after those of a newer one. */
export const overtakenCases: Cases<WholeTargetHarness> = {
  ...overtakenIn('truncate'),
  ...needing(['merges'], overtakenIn('upsert')),
  ...beginsLate('append'),
  ...beginsLate('truncate'),
  ...needing(['merges'], { ...beginsLate('upsert'), ...beginsLate('insert-only') }),
  ...needing(['swaps'], beginsLate('swap')),

  'P4: two source tables go into one target, in one run and in two': async (harness) => {
    const one = runAt(harness, 1, 'append');
    const two = { ...one, key: 'shop.others' };
    const later = { ...runAt(harness, 2, 'append'), key: two.key };
    const target = await preparedTarget(harness, one);
    await target.prepare(two, testContext());
    await load(target, two, chunkOfRows('a', sampleRows(100, 103)));
    await target.publish(two, testContext());
    await target.prepare(later, testContext());
    await target.publish(later, testContext());
    await target.prepare(one, testContext());
    await load(target, one, chunkOfRows('a', before));
    expect(await target.publish(one, testContext())).toMatchObject({ rows: 10 });
    expect(await readPlan(harness, one)).toHaveLength(13);
  },
};
