import { Readable } from 'node:stream';

import { SnowmeltError, type Target } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { referenceDigest } from '../../digest/reference-digest.ts';
import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleRows, sorted } from '../sample-plan.ts';
import {
  chunkOfRows,
  ledgerOf,
  load,
  preparedTarget,
  readPlan,
  sampleChunk,
  targetPlan,
} from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const old = sampleRows(100, 103);
const rows = sampleRows(0, 50);

/** A target whose table holds the old rows, and the plan of a swap prepared on it. */
async function begin(harness: WholeTargetHarness) {
  const earlier = targetPlan(harness, { run: 'run-0' });
  const target = await preparedTarget(harness, earlier);
  await load(target, earlier, chunkOfRows('a', old));
  const plan = targetPlan(harness, { mode: 'swap' });
  await target.prepare(plan, testContext());
  return { target, plan };
}

/** A full refresh whose rows nobody sees before `publish`. */
export const swapCases: Cases<WholeTargetHarness> = {
  'P5: swap shows the old rows until publish, then all new ones and no others': async (harness) => {
    const { target, plan } = await begin(harness);
    await load(target, plan, chunkOfRows('a', rows.slice(0, 20)));
    await load(await harness.open(), plan, chunkOfRows('b', rows.slice(20)));
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(old));
    expect(await ledgerOf(target, plan)).toEqual([
      ['a', 20],
      ['b', 30],
    ]);
    expect(await target.publish(plan, testContext())).toMatchObject({ rows: 50 });
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
    const digest = await (target as Target).digests?.digest(plan, testContext());
    if (digest !== undefined) expect(digest).toEqual(referenceDigest(plan.columns, rows));
  },

  'P4: swap goes on in another process, and is done once': async (harness) => {
    const { target, plan } = await begin(harness);
    await load(target, plan, chunkOfRows('a', rows));
    const other = await harness.open();
    await other.prepare(plan, testContext());
    const again = chunkOfRows('a', sampleRows(500, 510));
    expect(await load(other, plan, again)).toMatchObject({ rows: 50, alreadyLoaded: true });
    expect(again.streams).toEqual([]);
    for (const process of [other, target]) {
      expect(await process.publish(plan, testContext())).toMatchObject({ rows: 50 });
      await process.prepare(plan, testContext());
    }
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },

  'P5: swap leaves the old rows where a chunk fails': async (harness) => {
    const { target, plan } = await begin(harness);
    await load(target, plan, chunkOfRows('a', rows.slice(0, 20)));
    const broken = sampleChunk('b', () => {
      throw new SnowmeltError('SOURCE.STREAM_BROKEN', 'the stream broke');
    });
    await expectFailure(load(target, plan, broken), 'SOURCE.STREAM_BROKEN');
    const short = sampleChunk('b', () => Readable.from([]), 30);
    await expectFailure(load(target, plan, short), 'TARGET.ROW_COUNT_MISMATCH');
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(old));
    await load(target, plan, chunkOfRows('b', rows.slice(20)));
    await target.publish(plan, testContext());
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },

  'swap: a new run begins with nothing of an earlier one, and replaces its rows': async (
    harness,
  ) => {
    const { target, plan } = await begin(harness);
    await load(target, plan, chunkOfRows('a', rows));
    for (const [index, part] of [rows.slice(0, 7), rows.slice(5, 9), []].entries()) {
      const next = targetPlan(harness, { mode: 'swap', run: `run-${index + 2}` });
      await target.prepare(next, testContext());
      if (part.length > 0) await load(target, next, chunkOfRows('a', part));
      await target.publish(next, testContext());
      expect(sorted(await readPlan(harness, plan))).toEqual(sorted(part));
    }
  },
};
