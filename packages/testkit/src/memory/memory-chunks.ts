import { type ChunkPlan, SnowmeltError, type TablePlan, windowOf } from '@snowmelt/core';
import { z } from 'zod';

import { cutFraction } from '../digest/cut-fraction.ts';
import { changesBetween } from './changes.ts';
import type { MemoryWarehouse } from './memory-warehouse.ts';
import { rowFilter } from './row-filter.ts';
import type { TextRow } from './rows.ts';
import { watermarkFilter } from './watermark-filter.ts';

/** How many load chunks an extract chunk gives at most. */
export const filesPerExtract = 4;

const rangeSpec = z.object({ from: z.number(), to: z.number() });
const fileSpec = z.object({ path: z.string(), rows: rangeSpec.optional() });

export function* planChunks(warehouse: MemoryWarehouse, plan: TablePlan): Generator<ChunkPlan> {
  const total = tableRows(warehouse, plan).length;
  const kind = plan.extract === 'unload' ? 'extract' : 'load';
  // What can't be pinned is read by one statement, or its chunks would be of several moments.
  const step = plan.snapshot.pinned
    ? plan.read.batchRows * (kind === 'extract' ? filesPerExtract : 1)
    : Math.max(total, 1);
  for (let from = 0; from < total; from += step) {
    const range = { from, to: Math.min(from + step, total) };
    yield { id: `rows-${from}`, kind, range, spec: range, expectedRows: range.to - from };
  }
}

export function* extractChunk(
  warehouse: MemoryWarehouse,
  plan: TablePlan,
  chunk: ChunkPlan,
): Generator<ChunkPlan> {
  const rows = chunkRows(warehouse, plan, chunk);
  // An extraction of its own folder: files of one that was given up are never read.
  warehouse.extractions += 1;
  const folder = `${plan.run}/${plan.key}/${chunk.id}/${warehouse.extractions}`;
  for (let from = 0, part = 0; from < rows.length; from += plan.read.batchRows, part += 1) {
    const path = `${folder}/${part}.csv`;
    const file = rows.slice(from, from + plan.read.batchRows);
    warehouse.stage.set(path, file);
    yield {
      id: `${chunk.id}/${warehouse.extractions}/${part}`,
      kind: 'load',
      range: { file: path },
      spec: { path },
      expectedRows: file.length,
    };
  }
}

export function divideChunk(
  warehouse: MemoryWarehouse,
  { plan, chunk }: { readonly plan: TablePlan; readonly chunk: ChunkPlan },
  pieces: number,
): ChunkPlan[] {
  const file = fileSpec.safeParse(chunk.spec);
  const begin = file.success ? (file.data.rows?.from ?? 0) : rangeSpec.parse(chunk.spec).from;
  const total = chunkRows(warehouse, plan, chunk).length;
  const step = Math.ceil(total / Math.max(1, Math.min(pieces, total)));
  return Array.from({ length: Math.ceil(total / Math.max(1, step)) }, (_, index) => {
    const from = begin + index * step;
    const range = { from, to: Math.min(from + step, begin + total) };
    const spec = file.success ? { path: file.data.path, rows: range } : range;
    const expectedRows = range.to - range.from;
    return { ...chunk, id: `${chunk.id}/${index}`, range, spec, expectedRows };
  });
}

export function chunkRows(
  warehouse: MemoryWarehouse,
  plan: TablePlan,
  chunk: ChunkPlan,
): readonly TextRow[] {
  const file = fileSpec.safeParse(chunk.spec);
  if (!file.success) {
    const { from, to } = rangeSpec.parse(chunk.spec);
    return tableRows(warehouse, plan).slice(from, to);
  }
  if (warehouse.expired.has(file.data.path)) {
    throw new SnowmeltError('SOURCE.RESULT_EXPIRED', `${file.data.path} is not kept any more`);
  }
  const rows = warehouse.stage.get(file.data.path);
  const { from, to } = file.data.rows ?? {};
  if (rows !== undefined) return rows.slice(from, to);
  throw new SnowmeltError('SOURCE.FILE_MISSING', `${file.data.path} is not in the stage`);
}

/**
 * The plan's columns of the rows that its filter and its watermark keep, at its snapshot point; or
 * what has changed of them since `changes.from`.
 */
export function tableRows(warehouse: MemoryWarehouse, plan: TablePlan): readonly TextRow[] {
  const from = windowOf(plan)?.from;
  if (from === undefined) return rowsAt(warehouse, plan).slice(0, plan.read.limit);
  const before = rowsAt(warehouse, { ...plan, snapshot: { pinned: true, at: from } });
  return changesBetween(plan, before, rowsAt(warehouse, plan));
}

function rowsAt(warehouse: MemoryWarehouse, plan: TablePlan): readonly TextRow[] {
  const { columns } = warehouse.table(plan.source);
  const keeps = rowFilter(plan.read.filter, columns);
  const isNew = watermarkFilter(plan, columns);
  const picks = plan.columns.map(({ source, fractionDigits }) => ({
    index: columns.findIndex(({ name }) => name === source.name),
    fractionDigits,
  }));
  return warehouse
    .rows(plan.source, plan.snapshot)
    .filter((row) => keeps(row) && isNew(row))
    .map((row) =>
      picks.map(({ index, fractionDigits }) => cutFraction(row[index] ?? null, fractionDigits)),
    );
}
