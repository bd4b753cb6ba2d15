import { Readable } from 'node:stream';

import {
  encodeCsvRow,
  type ChunkPlan,
  type ChunkStream,
  type LoadReceipt,
  type TablePlan,
  type WholeTarget,
} from '@snowmelt/core';

import { testContext } from '../../context/test-context.ts';
import { samplePlan, type PlanParts } from '../sample-plan.ts';
import type { WholeTargetHarness } from './target-harness.ts';

type Rows = readonly (readonly (string | null)[])[];

export function csvOf(rows: Rows): Buffer {
  return Buffer.from(rows.map((row) => `${encodeCsvRow(row)}\n`).join(''));
}

/** A load chunk that counts how often it was opened, and what became of its streams. */
export interface SampleChunk {
  readonly plan: ChunkPlan;
  readonly streams: Readable[];
  readonly open: () => Promise<ChunkStream>;
}

export function sampleChunk(
  id: string,
  bytes: () => Readable | Promise<Readable>,
  expectedRows?: number,
): SampleChunk {
  const streams: Readable[] = [];
  return {
    plan: { id, kind: 'load', range: {}, spec: {} },
    streams,
    open: async () => {
      const stream = await bytes();
      streams.push(stream);
      return { bytes: stream, ...(expectedRows === undefined ? {} : { expectedRows }) };
    },
  };
}

export function chunkOfRows(id: string, rows: Rows): SampleChunk {
  return sampleChunk(id, () => Readable.from([csvOf(rows)], { objectMode: false }), rows.length);
}

/** A target plan on a table of the harness. */
export function targetPlan(harness: WholeTargetHarness, parts: PlanParts = {}): TablePlan {
  return samplePlan({ target: harness.ref('orders'), ...parts });
}

export function load(
  target: WholeTarget,
  plan: TablePlan,
  chunk: SampleChunk,
  signal: AbortSignal = new AbortController().signal,
): Promise<LoadReceipt> {
  return target.load(plan, chunk.plan, chunk.open, testContext({ signal }));
}

/** A target with the plan's table prepared. */
export async function preparedTarget(
  harness: WholeTargetHarness,
  plan: TablePlan,
): Promise<WholeTarget> {
  const target = await harness.open();
  await target.prepare(plan, testContext());
  return target;
}

export function readPlan(
  harness: WholeTargetHarness,
  plan: TablePlan,
): Promise<(string | null)[][]> {
  return harness.readRows(
    plan.target,
    plan.columns.map(({ target }) => target),
  );
}

/** The ledger's rows as `[chunk, rows]`, by chunk. */
export async function ledgerOf(target: WholeTarget, plan: TablePlan): Promise<[string, number][]> {
  const receipts = await target.receipts(plan, testContext());
  return receipts
    .map(({ chunk, rows }): [string, number] => [chunk, rows])
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
