import type { ColumnPair, TablePlan, Target } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { referenceDigest } from '../../digest/reference-digest.ts';
import { needing, type Cases } from '../cases.ts';
import { comparableRows, comparableSample } from '../comparable-sample.ts';
import { sampleRows } from '../sample-plan.ts';
import { chunkOfRows, load, preparedTarget, targetPlan } from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

/** The plan that the engine would make: fractions cut to what the target keeps. */
function digestPlan(harness: WholeTargetHarness, target: Target): TablePlan {
  const plan = targetPlan(harness, { sourceColumns: comparableSample });
  const columns = plan.columns.map((pair): ColumnPair => {
    const fractionDigits = target.createsTables?.fractionDigits(pair.source, undefined);
    return fractionDigits === undefined ? pair : { ...pair, fractionDigits };
  });
  return { ...plan, columns };
}

/** What comes after the last chunk. */
export const publishCases: Cases<WholeTargetHarness> = {
  'publish: says how many rows the run has in the ledger; again, the same': async (
    harness: WholeTargetHarness,
  ) => {
    const earlier = targetPlan(harness);
    const target = await preparedTarget(harness, earlier);
    await load(target, earlier, chunkOfRows('a', sampleRows(0, 7)));
    const plan = targetPlan(harness, { run: 'run-2' });
    await target.prepare(plan, testContext());
    await load(target, plan, chunkOfRows('a', sampleRows(10, 20)));
    await load(target, plan, chunkOfRows('b', sampleRows(20, 25)));
    expect(await target.publish(plan, testContext())).toEqual({ rows: 15 });
    const other = await harness.open();
    expect(await other.publish(plan, testContext())).toEqual({ rows: 15 });
  },

  'publish: a table without chunks': async (harness: WholeTargetHarness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    expect(await target.publish(plan, testContext())).toEqual({ rows: 0 });
    expect(await target.receipts(plan, testContext())).toEqual([]);
  },
};

/** What `prepare` will make of columns. */
export const typeCases: Cases<WholeTargetHarness> = needing(['createsTables'], {
  'fractionDigits: never more than the source has': async (harness: WholeTargetHarness) => {
    const target = await harness.open();
    for (const source of comparableSample) {
      if (!('precision' in source.type) || source.type.kind === 'decimal') continue;
      const digits = target.createsTables.fractionDigits(source, undefined);
      expect(digits ?? 0).toBeLessThan((source.type.precision ?? 0) + 1);
    }
  },

  'decideTypes: changes nothing, and decides of a column once at most': async (
    harness: WholeTargetHarness,
  ) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const before = await target.describe(plan.target, testContext());
    const rules = { mayWiden: true, compared: [] };
    for (const existing of [before, undefined]) {
      const request = { table: plan.target, pairs: plan.columns, existing, ...rules };
      const { decisions } = await target.createsTables.decideTypes(request, testContext());
      const decided = decisions.map(({ column }) => column);
      expect(plan.columns.map(({ target: name }) => name)).toEqual(expect.arrayContaining(decided));
      expect(new Set(decided).size).toBe(decided.length);
    }
    expect(await target.describe(plan.target, testContext())).toEqual(before);
  },
});

/** What is compared with the source. */
export const digestCases: Cases<WholeTargetHarness> = needing(['digests'], {
  'digest: of a table without rows is 0': async (harness: WholeTargetHarness) => {
    const target = await harness.open();
    const plan = digestPlan(harness, target);
    await target.prepare(plan, testContext());
    expect(await target.digests.digest(plan, testContext())).toMatchObject({
      rows: 0,
      digest: '0',
    });
  },

  'P1: the digest is that of the rows, in any order and any chunks': async (
    harness: WholeTargetHarness,
  ) => {
    const target = await harness.open();
    const plan = digestPlan(harness, target);
    await target.prepare(plan, testContext());
    const rows = comparableRows(plan.columns);
    await load(target, plan, chunkOfRows('b', rows.slice(3).toReversed()));
    await load(target, plan, chunkOfRows('a', rows.slice(0, 3)));
    expect(await target.digests.digest(plan, testContext())).toEqual(
      referenceDigest(plan.columns, rows),
    );
  },

  'P1: one field that differs changes the digest': async (harness: WholeTargetHarness) => {
    const target = await harness.open();
    const plan = targetPlan(harness);
    await target.prepare(plan, testContext());
    const rows = sampleRows(0, 10);
    await load(target, plan, chunkOfRows('a', rows));
    const digest = await target.digests.digest(plan, testContext());
    expect(digest).toEqual(referenceDigest(plan.columns, rows));
    const changed = rows.map((row, index) => (index === 4 ? [row[0] ?? null, '', null] : row));
    expect(digest.digest).not.toBe(referenceDigest(plan.columns, changed).digest);
  },
});
