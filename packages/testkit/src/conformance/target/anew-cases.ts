import type { LoadMode, TablePlan } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing, type Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleRows, sorted } from '../sample-plan.ts';
import {
  chunkOfRows,
  ledgerOf,
  load,
  preparedTarget,
  readPlan,
  targetPlan,
} from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const rows = sampleRows(0, 9);
const others = sampleRows(100, 103);

/** The plan's table with `others` in it, which an earlier run has completed. */
async function withOthers(harness: WholeTargetHarness, plan: TablePlan) {
  const earlier = { ...plan, mode: 'append', keyColumns: [], run: 'run-0' } as TablePlan;
  const target = await preparedTarget(harness, earlier);
  await load(target, earlier, chunkOfRows('a', others));
  await target.publish(earlier, testContext());
  return target;
}

/** The same, which a run of the mode is about to load. */
async function begunBesideOthers(harness: WholeTargetHarness, mode: Exclude<LoadMode, 'changes'>) {
  const keyColumns = mode === 'upsert' || mode === 'insert-only' ? ['id'] : [];
  const plan = targetPlan(harness, { mode, keyColumns, primaryKey: ['id'] });
  const target = await withOthers(harness, plan);
  await target.prepare(plan, testContext());
  return { target, plan };
}

const replaces = new Set(['truncate', 'swap']);

function restartOf(mode: Exclude<LoadMode, 'changes'>): Cases<WholeTargetHarness> {
  return {
    [`P1: ${mode} restarts: each row is there once, however the chunks are cut now`]: async (
      harness,
    ) => {
      const { target, plan } = await begunBesideOthers(harness, mode);
      await load(target, plan, chunkOfRows('old/1', rows.slice(0, 4)));
      let at = plan;
      for (const restarts of [1, 2]) {
        for (let again = 1; again <= 2; again += 1) {
          const restart = await target.restart(at, 'its result expired', testContext());
          expect(restart).toEqual({ restarts, why: 'its result expired' });
        }
        expect(await target.prepare(at, testContext())).toMatchObject({ restart: { restarts } });
        at = { ...plan, restarts };
        expect((await target.prepare(at, testContext())).restart).toBeUndefined();
        expect(await ledgerOf(target, at)).toEqual([]);
        await load(target, at, chunkOfRows(`new/${restarts}`, rows.slice(0, 7)));
      }
      await load(target, at, chunkOfRows('new/3', rows.slice(7)));
      expect((await target.publish(at, testContext())).restart).toBeUndefined();
      expect(await ledgerOf(target, at)).toEqual([
        ['new/2', 7],
        ['new/3', 2],
      ]);
      const kept = replaces.has(mode) ? [] : others;
      expect(sorted(await readPlan(harness, plan))).toEqual(sorted([...kept, ...rows]));
    },
  };
}

/** A table that the run has completed, and that somebody empties before all of the run is done. */
function emptiedAfter(mode: Exclude<LoadMode, 'changes'>): Cases<WholeTargetHarness> {
  return {
    [`P1: ${mode}, completed and then emptied, begins anew when it is prepared again`]: async (
      harness,
    ) => {
      const { target, plan } = await begunBesideOthers(harness, mode);
      const loadInto = async (at: TablePlan) => {
        await load(target, at, chunkOfRows('a', rows));
        await target.publish(at, testContext());
      };
      await loadInto(plan);
      expect(await target.standing.stands(plan, testContext())).toBe(true);
      expect((await target.prepare(plan, testContext())).restart).toBeUndefined();
      await harness.emptyTable(plan.target);
      for (let again = 1; again <= 2; again += 1) {
        expect(await target.standing.stands(plan, testContext())).toBe(false);
        const { restart } = await target.prepare(plan, testContext());
        expect(restart).toMatchObject({ restarts: 1 });
      }
      const anew = { ...plan, restarts: 1 };
      expect((await target.prepare(anew, testContext())).restart).toBeUndefined();
      await loadInto(anew);
      expect(await target.standing.stands(anew, testContext())).toBe(true);
      expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
    },
  };
}

const standingCases: Cases<WholeTargetHarness> = {
  ...emptiedAfter('append'),
  ...emptiedAfter('truncate'),
  ...needing(['swaps'], emptiedAfter('swap')),
  ...needing(['merges'], { ...emptiedAfter('upsert'), ...emptiedAfter('insert-only') }),

  'stands: a table of no rows that was read whole, and one that a later run has taken over': async (
    harness,
  ) => {
    const plan = targetPlan(harness, { mode: 'truncate' });
    const target = await preparedTarget(harness, plan);
    await target.publish(plan, testContext());
    expect(await target.standing.stands(plan, testContext())).toBe(true);
    const later = { ...plan, run: 'run-9' };
    await target.prepare(later, testContext());
    await load(target, later, chunkOfRows('a', rows));
    await target.publish(later, testContext());
    await harness.emptyTable(plan.target);
    expect(await target.standing.stands(plan, testContext())).toBe(true);
    expect(await target.standing.stands(later, testContext())).toBe(false);
  },
};

/** A table that the run has begun to load, and whose source can't give the rest. */
export const anewCases: Cases<WholeTargetHarness> = {
  ...restartOf('append'),
  ...restartOf('truncate'),
  ...needing(['swaps'], restartOf('swap')),
  ...needing(['merges'], { ...restartOf('upsert'), ...restartOf('insert-only') }),

  ...needing(['standing'], standingCases),

  'P1: who has not noticed the restart loads nothing': async (harness) => {
    const plan = targetPlan(harness, { mode: 'truncate' });
    const target = await preparedTarget(harness, plan);
    await load(target, plan, chunkOfRows('old/1', rows.slice(0, 4)));
    const other = await harness.open();
    await other.restart(plan, 'its result expired', testContext());
    await expectFailure(load(target, plan, chunkOfRows('old/2', rows.slice(4))), 'RUN.LEASE_LOST');
    const anew = { ...plan, restarts: 1 };
    await other.prepare(anew, testContext());
    await expectFailure(load(target, plan, chunkOfRows('old/3', rows.slice(4))), 'RUN.LEASE_LOST');
    expect(await readPlan(harness, plan)).toEqual([]);
  },
};
