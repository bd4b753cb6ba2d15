import { Readable } from 'node:stream';

import { SnowmeltError, type TablePlan, type WholeTarget } from '@snowmelt/core';
import { expect } from 'vitest';

import type { Cases } from '../cases.ts';
import { expectFailure, rejection } from '../expect-failure.ts';
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

/** Neither row nor receipt is left, and the chunk can still be loaded. */
async function nothingIsLeft(harness: WholeTargetHarness, plan: TablePlan, target: WholeTarget) {
  expect(await readPlan(harness, plan)).toEqual([]);
  expect(await ledgerOf(target, plan)).toEqual([]);
  const receipt = await load(target, plan, chunkOfRows('a', rows));
  expect(receipt).toMatchObject({ rows: 50, alreadyLoaded: false });
  expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
}

/** Some rows, then what `end` does. */
function streamThat(end: () => Promise<void> | never): Readable {
  async function* bytes() {
    yield csvOf(rows.slice(0, 20));
    await end();
  }
  return Readable.from(bytes(), { objectMode: false });
}

/** Some rows, then nothing more. */
function standingStill(): Readable {
  const stream = new Readable({ read: () => undefined });
  stream.push(csvOf(rows.slice(0, 20)));
  return stream;
}

const broken = new SnowmeltError('SOURCE.STREAM_BROKEN', 'the stream broke');

/** A chunk that doesn't go well leaves nothing (P2). */
export const failureCases: Cases<WholeTargetHarness> = {
  'P2: a stream that breaks leaves nothing; its error is passed on': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const stream = () => streamThat(() => Promise.reject(broken));
    await expectFailure(load(target, plan, sampleChunk('a', stream)), 'SOURCE.STREAM_BROKEN');
    await nothingIsLeft(harness, plan, target);
  },

  'P2: a chunk that can not be opened leaves nothing; its error is passed on': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const refused = sampleChunk('a', () => Promise.reject(broken));
    await expectFailure(load(target, plan, refused), 'SOURCE.STREAM_BROKEN');
    await nothingIsLeft(harness, plan, target);
  },

  'P1: fewer rows than announced are rolled back': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const short = sampleChunk('a', () => streamThat(async () => undefined), 50);
    const error = await expectFailure(load(target, plan, short), 'TARGET.ROW_COUNT_MISMATCH');
    expect(error.retry).toBe('chunk');
    await nothingIsLeft(harness, plan, target);
  },

  'P1: more rows than announced are rolled back': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const long = sampleChunk('a', () => streamThat(async () => undefined), 19);
    await expectFailure(load(target, plan, long), 'TARGET.ROW_COUNT_MISMATCH');
    await nothingIsLeft(harness, plan, target);
  },

  'P1: rows where none was announced are rolled back': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const unannounced = sampleChunk('a', () => streamThat(async () => undefined), 0);
    await expectFailure(load(target, plan, unannounced), 'TARGET.ROW_COUNT_MISMATCH');
    await nothingIsLeft(harness, plan, target);
  },

  'P2: a row that the target refuses leaves nothing': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const ragged = chunkOfRows('a', [...rows.slice(0, 20), ['21', 'two fields']]);
    const error = await expectFailure(load(target, plan, ragged), 'TARGET.ROW_REJECTED');
    expect(error.retry).toBe('never');
    await nothingIsLeft(harness, plan, target);
  },

  'P4: an abort in mid-stream leaves nothing and closes the stream': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const stop = new AbortController();
    const chunk = sampleChunk('a', () => {
      setTimeout(() => stop.abort(new Error('stopped')), 20);
      return standingStill();
    });
    await rejection(load(target, plan, chunk, stop.signal));
    expect(chunk.streams[0]?.destroyed).toBe(true);
    await nothingIsLeft(harness, plan, target);
  },

  'P4: after an abort nothing is begun': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const signal = AbortSignal.abort(new Error('stopped'));
    await rejection(load(target, plan, chunkOfRows('a', rows), signal));
    await nothingIsLeft(harness, plan, target);
  },

  'P2: a second loader takes over where the first one breaks': async (harness) => {
    const plan = targetPlan(harness);
    const [target, other] = [await preparedTarget(harness, plan), await harness.open()];
    const begun = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const breaking = sampleChunk('a', () =>
      streamThat(async () => {
        begun.resolve();
        await go.promise;
        throw broken;
      }),
    );
    const first = expectFailure(load(target, plan, breaking), 'SOURCE.STREAM_BROKEN');
    await begun.promise;
    const second = load(other, plan, chunkOfRows('a', rows));
    go.resolve();
    await first;
    expect(await second).toMatchObject({ rows: 50, alreadyLoaded: false });
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },

  'P2: one chunk that fails does not touch the others': async (harness) => {
    const plan = targetPlan(harness);
    const target = await preparedTarget(harness, plan);
    const stream = () => streamThat(() => Promise.reject(broken));
    const loads = [
      load(target, plan, chunkOfRows('b', sampleRows(100, 110))),
      load(target, plan, sampleChunk('a', stream)),
      load(target, plan, chunkOfRows('c', sampleRows(200, 210))),
    ];
    const ends = await Promise.allSettled(loads);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await ledgerOf(target, plan)).toEqual([
      ['b', 10],
      ['c', 10],
    ]);
    expect(await readPlan(harness, plan)).toHaveLength(20);
  },
};
