import { finished } from 'node:stream/promises';

import {
  type ChunkPlan,
  type ColumnPair,
  CsvValidator,
  decodeCsv,
  type ExtractMode,
  type Source,
  type TablePlan,
  type TableRef,
  type WholeSource,
  windowOf,
} from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import {
  sampleColumns,
  samplePlan,
  type PlanParts,
  sampleRead,
  sampleRows,
} from '../sample-plan.ts';
import type { SampleTable, WholeSourceHarness } from './source-harness.ts';

type Rows = (string | null)[][];

export async function ordersTable(
  harness: WholeSourceHarness,
  rows: SampleTable['rows'] = sampleRows(0, 57),
): Promise<TableRef> {
  return harness.createTable({ name: 'ORDERS', columns: sampleColumns, rows, primaryKey: ['ID'] });
}

/** The plan of a table as the engine makes it: described, and pinned where it can be. */
export async function planOf(
  source: WholeSource,
  ref: TableRef,
  extract: ExtractMode,
  parts: PlanParts = {},
): Promise<TablePlan> {
  const context = testContext();
  const { pins } = source as Source;
  const schema = await source.describe(ref, context);
  const at = (await pins?.pin(context))?.at ?? '';
  const reason =
    pins === undefined ? 'it keeps no past' : await pins.unpinnable(schema, at, context);
  return samplePlan({
    source: ref,
    sourceColumns: schema.columns,
    extract,
    snapshot: reason === undefined ? { pinned: true, at } : { pinned: false, reason },
    read: { ...sampleRead, extract },
    ...(schema.estimatedRows === undefined ? {} : { estimatedRows: schema.estimatedRows }),
    ...parts,
  });
}

/** A plan of some of the columns only, in the order named. */
export function withColumns(plan: TablePlan, names: readonly string[]): TablePlan {
  const columns = names.map((name) => plan.columns.find(({ source }) => source.name === name));
  return { ...plan, columns: columns.filter((pair): pair is ColumnPair => pair !== undefined) };
}

/** A plan that cuts the table by ranges of a column. */
export function cutBy(plan: TablePlan, column: string, type = 'bigint'): TablePlan {
  return { ...plan, read: { ...plan.read, chunkColumns: [{ column, type }] } };
}

export function planChunks(source: WholeSource, plan: TablePlan): Promise<ChunkPlan[]> {
  return Array.fromAsync(source.plan(plan, testContext()));
}

/** All load chunks of the plan; extract chunks are extracted. */
export async function loadChunks(source: WholeSource, plan: TablePlan): Promise<ChunkPlan[]> {
  const chunks: ChunkPlan[] = [];
  for (const chunk of await planChunks(source, plan)) {
    if (chunk.kind === 'load') chunks.push(chunk);
    else
      chunks.push(...(await Array.fromAsync(source.extracts.extract(plan, chunk, testContext()))));
  }
  return chunks;
}

export async function firstLoadChunk(source: WholeSource, plan: TablePlan): Promise<ChunkPlan> {
  const [chunk] = await loadChunks(source, plan);
  if (chunk === undefined) throw new Error('the plan gave no chunk');
  return chunk;
}

/** A chunk's rows, as another process would read them: its plan has been JSON. */
export async function readChunk(
  source: WholeSource,
  plan: TablePlan,
  chunk: ChunkPlan,
): Promise<Rows> {
  const carried = JSON.parse(JSON.stringify(chunk)) as ChunkPlan;
  const { bytes, expectedRows } = await source.open(plan, carried, testContext());
  const pieces = await Array.fromAsync(bytes as AsyncIterable<Buffer>);
  await finished(bytes);
  const content = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
  const action = windowOf(plan) === undefined ? 0 : 1;
  const validator = new CsvValidator(action + plan.columns.length);
  for (const piece of pieces) validator.push(piece);
  expect(validator.end()).toBeUndefined();
  const rows = decodeCsv(new TextDecoder('utf-8', { ignoreBOM: true }).decode(content));
  const announces = windowOf(plan) !== undefined || expectedRows !== undefined;
  if (announces) expect(rows).toHaveLength(expectedRows ?? NaN);
  if (chunk.expectedRows !== undefined) expect(rows).toHaveLength(chunk.expectedRows);
  return rows;
}

export async function readChunks(
  source: WholeSource,
  plan: TablePlan,
  chunks: readonly ChunkPlan[],
): Promise<Rows> {
  const rows: Rows = [];
  for (const chunk of chunks) rows.push(...(await readChunk(source, plan, chunk)));
  return rows;
}

export async function readTable(source: WholeSource, plan: TablePlan): Promise<Rows> {
  return readChunks(source, plan, await loadChunks(source, plan));
}
