import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing, type Cases } from '../cases.ts';
import { sampleColumn, sampleColumns, sampleRows, sorted } from '../sample-plan.ts';
import { chunkOfRows, load, preparedTarget, readPlan, targetPlan } from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const rows = sampleRows(0, 5);
const others = sampleRows(100, 103);

const creating = needing(['createsTables'], {
  'check: finds nothing wrong with a table that is to be created, and creates nothing': async (
    harness: WholeTargetHarness,
  ) => {
    const plan = targetPlan(harness);
    const target = await harness.open();
    const findings = await target.check(plan, undefined, testContext());
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(await target.describe(plan.target, testContext())).toBeUndefined();
  },

  'prepare: creates what is missing; again, it changes nothing': async (
    harness: WholeTargetHarness,
  ) => {
    const plan = targetPlan(harness, { primaryKey: ['id'] });
    const target = await preparedTarget(harness, plan);
    const schema = await target.describe(plan.target, testContext());
    expect(schema?.columns.map(({ name }) => name)).toEqual(['id', 'name', 'amount']);
    expect(schema?.primaryKey).toEqual(['id']);
    await load(target, plan, chunkOfRows('a', rows));
    await target.prepare(plan, testContext());
    expect(await target.describe(plan.target, testContext())).toEqual(schema);
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },

  'prepare: adds the columns that an existing table lacks, its rows stay': async (
    harness: WholeTargetHarness,
  ) => {
    const before = targetPlan(harness);
    const target = await preparedTarget(harness, before);
    await load(target, before, chunkOfRows('a', rows));
    await target.publish(before, testContext());
    const extra = sampleColumn('EXTRA', { kind: 'text' }, 'VARCHAR');
    const plan = targetPlan(harness, { run: 'run-2', sourceColumns: [...sampleColumns, extra] });
    await target.prepare(plan, testContext());
    expect(sorted(await readPlan(harness, plan))).toEqual(
      sorted(rows.map((row) => [...row, null])),
    );
  },
});

/** What is there before the first row. */
export const prepareCases: Cases<WholeTargetHarness> = {
  ...creating,

  'ping: says who and where': async (harness) => {
    const target = await harness.open();
    const answer = await target.ping(harness.ref('x').database, testContext());
    expect(answer).not.toBe('');
  },

  'describe: undefined where there is no such table': async (harness) => {
    const target = await harness.open();
    expect(await target.describe(harness.ref('missing'), testContext())).toBeUndefined();
  },

  'prepare: several tables at once, from two processes, in an empty database': async (harness) => {
    const [one, other] = [await harness.open(), await harness.open()];
    const plans = Array.from({ length: 8 }, (_, index) =>
      targetPlan(harness, { key: `t${index}`, target: harness.ref(`t${index}`) }),
    );
    await Promise.all(
      plans.map((plan, index) => (index % 2 === 0 ? one : other).prepare(plan, testContext())),
    );
    for (const plan of plans) expect(await readPlan(harness, plan)).toEqual([]);
  },

  'P5: append keeps the rows that are there': async (harness) => {
    const earlier = targetPlan(harness);
    const target = await preparedTarget(harness, earlier);
    await load(target, earlier, chunkOfRows('a', others));
    await target.publish(earlier, testContext());
    const plan = targetPlan(harness, { run: 'run-2' });
    await target.prepare(plan, testContext());
    await load(target, plan, chunkOfRows('a', rows));
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted([...others, ...rows]));
  },

  'P1: append takes out the rows of a run that never came to its end, and no others': async (
    harness,
  ) => {
    const earlier = targetPlan(harness);
    const target = await preparedTarget(harness, earlier);
    await load(target, earlier, chunkOfRows('a', others));
    await target.publish(earlier, testContext());
    const half = targetPlan(harness, { run: 'run-2' });
    await target.prepare(half, testContext());
    await load(target, half, chunkOfRows('a', rows));
    const plan = targetPlan(harness, { run: 'run-3' });
    await target.prepare(plan, testContext());
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(others));
    await load(target, plan, chunkOfRows('a', rows));
    await target.prepare(plan, testContext());
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted([...others, ...rows]));
  },

  'truncate: empties the table once a run, and again in a new run': async (harness) => {
    const first = targetPlan(harness, { mode: 'truncate' });
    const target = await preparedTarget(harness, first);
    await load(target, first, chunkOfRows('a', others));
    await target.publish(first, testContext());
    const second = targetPlan(harness, { mode: 'truncate', run: 'run-2' });
    await target.prepare(second, testContext());
    expect(await readPlan(harness, second)).toEqual([]);
    await load(target, second, chunkOfRows('a', rows));
    expect(sorted(await readPlan(harness, second))).toEqual(sorted(rows));
  },

  'P1: truncate does not empty again when the run goes on in another process': async (harness) => {
    const plan = targetPlan(harness, { mode: 'truncate' });
    const target = await preparedTarget(harness, plan);
    await load(target, plan, chunkOfRows('a', rows));
    const other = await harness.open();
    await Promise.all([other.prepare(plan, testContext()), target.prepare(plan, testContext())]);
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },

  'P1: two tables of a run into one target: the second does not empty the first': async (
    harness,
  ) => {
    const [one, two] = ['one', 'two'].map((key) => targetPlan(harness, { key, mode: 'truncate' }));
    if (one === undefined || two === undefined) throw new Error('two plans');
    const target = await preparedTarget(harness, one);
    await load(target, one, chunkOfRows('a', rows));
    await target.prepare(two, testContext());
    await load(target, two, chunkOfRows('a', others));
    expect(sorted(await readPlan(harness, one))).toEqual(sorted([...rows, ...others]));
  },
};
