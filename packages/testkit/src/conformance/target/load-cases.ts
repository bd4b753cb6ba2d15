import { Readable } from 'node:stream';

import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing, type Cases } from '../cases.ts';
import { sampleRows, sorted } from '../sample-plan.ts';
import {
  chunkOfRows,
  csvOf,
  ledgerOf,
  load,
  preparedTarget,
  readPlan,
  sampleChunk,
  targetPlan,
} from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const rows = sampleRows(0, 50);

/** Chunks that are loaded in pieces. */
export const divideCases: Cases<WholeTargetHarness> = needing(['divides'], {
  'P2: nobody loads a chunk that is divided, and each of its pieces is loaded once': async (
    harness,
  ) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const other = await harness.open();
    const whole = chunkOfRows('a', rows);
    const receipt = { chunk: 'a', rows: 0, bytes: 0, dividedInto: 3, alreadyLoaded: true };
    expect(await target.divides.divide(plan, whole.plan, 3, testContext())).toEqual(receipt);
    expect(await other.divides.divide(plan, whole.plan, 5, testContext())).toEqual(receipt);
    expect(await load(other, plan, whole)).toEqual(receipt);
    expect(whole.streams).toEqual([]);
    const halves = [chunkOfRows('a/1', rows.slice(0, 20)), chunkOfRows('a/2', rows.slice(20))];
    for (const half of [...halves, ...halves]) await load(other, plan, half);
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
    const [first, ...pieces] = await target.receipts(plan, testContext());
    expect(first).toEqual(receipt);
    expect(pieces.map((piece) => piece.dividedInto)).toEqual([undefined, undefined]);
    expect((await target.publish(plan, testContext())).rows).toBe(50);
  },

  'P2: a chunk that is loaded is not divided': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const chunk = chunkOfRows('a', rows);
    const loaded = await load(target, plan, chunk);
    const answer = await target.divides.divide(plan, chunk.plan, 3, testContext());
    expect(answer).toEqual({ ...loaded, alreadyLoaded: true });
  },
});

/** Rows and the ledger. */
export const loadCases: Cases<WholeTargetHarness> = {
  'load: rows and receipt, with rows and bytes counted': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const receipt = { chunk: 'a', rows: 50, bytes: csvOf(rows).length };
    const loaded = await load(target, plan, chunkOfRows('a', rows));
    expect(loaded).toEqual({ ...receipt, alreadyLoaded: false });
    expect(await target.receipts(plan, testContext())).toEqual([expect.objectContaining(receipt)]);
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },

  'P2: a chunk that the ledger has is not opened again, in any process': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const first = await load(target, plan, chunkOfRows('a', rows));
    for (const process of [target, await harness.open()]) {
      const again = chunkOfRows('a', sampleRows(500, 510));
      expect(await load(process, plan, again)).toEqual({ ...first, alreadyLoaded: true });
      expect(again.streams).toEqual([]);
    }
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },

  'P2: ids are of one table and one run': async (harness) => {
    const plans = [
      targetPlan(harness),
      targetPlan(harness, { run: 'run-2' }),
      targetPlan(harness, { key: 'web.orders' }),
    ];
    const target = await harness.open();
    for (const [index, plan] of plans.entries()) {
      await target.prepare(plan, testContext());
      const part = sampleRows(index * 10, index * 10 + index + 1);
      expect(await load(target, plan, chunkOfRows('a', part))).toMatchObject({
        alreadyLoaded: false,
      });
      expect(await ledgerOf(target, plan)).toEqual([['a', index + 1]]);
    }
  },

  'load: a chunk without rows has a receipt, too': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    expect(await load(target, plan, chunkOfRows('a', []))).toMatchObject({ rows: 0, bytes: 0 });
    expect(await ledgerOf(target, plan)).toEqual([['a', 0]]);
    expect(await load(target, plan, chunkOfRows('a', []))).toMatchObject({ alreadyLoaded: true });
  },

  'load: a source that announces nothing is loaded as it comes': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const chunk = sampleChunk('a', () => Readable.from([csvOf(rows)], { objectMode: false }));
    expect(await load(target, plan, chunk)).toMatchObject({ rows: 50 });
  },

  'load: 12 chunks at once from 2 processes, every row once': async (harness) => {
    const plan = targetPlan(harness);
    const [target, other] = [await preparedTarget(harness, plan), await harness.open()];
    const parts = Array.from({ length: 12 }, (_, index) => sampleRows(index * 9, index * 9 + 9));
    await Promise.all(
      parts.map((part, index) =>
        load(index % 2 === 0 ? target : other, plan, chunkOfRows(`c${index}`, part)),
      ),
    );
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(parts.flat()));
  },

  'P2: two processes load the same chunk at once: it lands once': async (harness) => {
    const plan = targetPlan(harness);
    const targets = [await preparedTarget(harness, plan), await harness.open()];
    const chunks = [chunkOfRows('a', rows), chunkOfRows('a', rows)];
    const receipts = await Promise.all(
      targets.map((target, index) => load(target, plan, chunks[index] ?? chunkOfRows('a', rows))),
    );
    expect(receipts.filter(({ alreadyLoaded }) => alreadyLoaded)).toHaveLength(1);
    expect(chunks.flatMap(({ streams }) => streams)).toHaveLength(1);
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },

  'P2: nobody sees rows or receipt before both are in': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const other = await harness.open();
    const seen: unknown[] = [];
    async function* bytes() {
      yield csvOf(rows.slice(0, 25));
      seen.push(await readPlan(harness, plan), await ledgerOf(other, plan));
      yield csvOf(rows.slice(25));
    }
    await load(
      target,
      plan,
      sampleChunk('a', () => Readable.from(bytes(), { objectMode: false })),
    );
    expect(seen).toEqual([[], []]);
    expect(await readPlan(harness, plan)).toHaveLength(50);
    expect(await ledgerOf(other, plan)).toEqual([['a', 50]]);
  },
};
