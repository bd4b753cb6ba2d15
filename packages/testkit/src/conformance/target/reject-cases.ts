import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import type { Cases } from '../cases.ts';
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

const good = sampleRows(0, 40);
/** No target has a place for a row of two fields among those of three. */
const ragged = (id: string): string[] => [id, 'two fields'];
const mixed = [ragged('x'), ...good.slice(0, 25), ragged('y'), ragged('z'), ...good.slice(25)];
const quarantine = { rejects: { limit: 5 } };
const all = { all: true } as const;

/** Rows that the target refuses, where the plan says quarantine. */
export const rejectCases: Cases<WholeTargetHarness> = {
  'P1: rows that the target refuses are told, and all others are in': async (harness) => {
    const plan = targetPlan(harness, quarantine);
    const target = await preparedTarget(harness, plan);
    const receipt = await load(target, plan, chunkOfRows('a', mixed));
    expect(receipt).toMatchObject({ rows: 40, rejected: 3, alreadyLoaded: false });
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(good));
    const { database } = plan.target;
    const rows = await target.rejects.rows(database, { ...all, limit: 10 }, testContext());
    expect(rows.map(({ chunk, row, rowInChunk }) => [chunk, row, rowInChunk])).toEqual([
      ['a', 'x,two fields', 1],
      ['a', 'y,two fields', 27],
      ['a', 'z,two fields', 28],
    ]);
    const groups = await target.rejects.groups(database, all, testContext());
    expect(groups).toMatchObject([{ run: plan.run, table: plan.key, state: 'open', rows: 3 }]);
  },

  'P2: a chunk with refused rows is not opened again, in any process': async (harness) => {
    const plan = targetPlan(harness, quarantine);
    const target = await preparedTarget(harness, plan);
    const first = await load(target, plan, chunkOfRows('a', mixed));
    for (const process of [target, await harness.open()]) {
      const again = chunkOfRows('a', mixed);
      expect(await load(process, plan, again)).toEqual({ ...first, alreadyLoaded: true });
      expect(again.streams).toEqual([]);
      expect(await process.receipts(plan, testContext())).toMatchObject([{ rejected: 3 }]);
    }
    expect(await readPlan(harness, plan)).toHaveLength(40);
    expect(await target.publish(plan, testContext())).toMatchObject({ rows: 40 });
  },

  'a chunk without refused rows says nothing of them': async (harness) => {
    const plan = targetPlan(harness, quarantine);
    const target = await preparedTarget(harness, plan);
    expect(await load(target, plan, chunkOfRows('a', good))).not.toHaveProperty('rejected');
    expect(await target.rejects.groups(plan.target.database, all, testContext())).toEqual([]);
  },

  'P8: more refused rows than the limit leave nothing of the chunk': async (harness) => {
    const plan = targetPlan(harness, quarantine);
    const target = await preparedTarget(harness, plan);
    await load(target, plan, chunkOfRows('a', mixed));
    const more = chunkOfRows('b', mixed);
    const error = await expectFailure(load(target, plan, more), 'TARGET.TOO_MANY_REJECTS');
    expect(error.retry).toBe('never');
    expect(await ledgerOf(target, plan)).toEqual([['a', 40]]);
    expect(await readPlan(harness, plan)).toHaveLength(40);
  },

  'retry: rows that are refused again stay': async (harness) => {
    const plan = targetPlan(harness, quarantine);
    const target = await preparedTarget(harness, plan);
    await load(target, plan, chunkOfRows('a', mixed));
    const { database } = plan.target;
    expect(await target.rejects.retry(database, { run: 'another' }, testContext())).toEqual([]);
    expect(await target.rejects.retry(database, { run: plan.run }, testContext())).toMatchObject([
      { run: plan.run, table: plan.key, busy: false, loaded: 0, left: 3 },
    ]);
    expect(await readPlan(harness, plan)).toHaveLength(40);
  },
};
