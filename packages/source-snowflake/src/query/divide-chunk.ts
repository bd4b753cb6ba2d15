import type { ChunkPlan, TablePlan, WorkContext } from '@snowmelt/core';

import type { Sessions } from '../connect/session-pool.ts';
import { readSpec, writeSpec, type ChunkSpec } from '../plan/chunk-spec.ts';
import type { RowWindow } from '../result/line-parser.ts';
import { runQuery } from './open-query.ts';

interface Division {
  readonly table: TablePlan;
  readonly chunk: ChunkPlan;
  readonly pieces: number;
}

/**
 * Pieces of a load chunk: windows of its rows in the order in which its file, or its result, has them. A
 * chunk that is a query of its own becomes windows of one result, whose rows stay what they are.
 */
export async function divideChunk(
  pool: Sessions,
  { table, chunk, pieces }: Division,
  context: WorkContext,
): Promise<readonly ChunkPlan[]> {
  const spec = readSpec(chunk);
  if (spec.way === 'unload') throw new RangeError(`chunk ${chunk.id} has to be extracted first`);
  if (spec.way === 'query') {
    const { result } = await runQuery(pool, { table, chunk, range: spec.range }, context);
    const { queryId: query, rows } = result;
    const windows = evenWindows({ from: 0, to: rows }, pieces);
    const named = { ...chunk, id: `${chunk.id}/${query}` };
    return piecesOf(named, windows, (window) => ({ way: 'result', query, rows, ...window }));
  }
  const whole = spec.way === 'file' ? (spec.window ?? { from: 0, to: rowsOf(chunk) }) : spec;
  return piecesOf(chunk, evenWindows(whole, pieces), (window) =>
    spec.way === 'file' ? { ...spec, window } : { ...spec, ...window },
  );
}

function rowsOf({ id, expectedRows }: ChunkPlan): number {
  if (expectedRows === undefined) throw new RangeError(`nobody has said how many rows ${id} has`);
  return expectedRows;
}

function evenWindows({ from, to }: RowWindow, pieces: number): readonly RowWindow[] {
  const count = Math.min(pieces, to - from);
  const bound = (index: number): number => from + Math.floor(((to - from) * index) / count);
  return Array.from({ length: count }, (_, index) => ({
    from: bound(index),
    to: bound(index + 1),
  }));
}

function piecesOf(
  { id, range, of, expectedBytes }: ChunkPlan,
  windows: readonly RowWindow[],
  specOf: (window: RowWindow) => ChunkSpec,
): readonly ChunkPlan[] {
  return windows.map((window, index) => ({
    id: `${id}/${String(index + 1).padStart(2, '0')}`,
    kind: 'load',
    ...(of === undefined ? {} : { of }),
    range: { ...range, ...window },
    spec: writeSpec(specOf(window)),
    expectedRows: window.to - window.from,
    ...(expectedBytes === undefined
      ? {}
      : { expectedBytes: Math.ceil(expectedBytes / windows.length) }),
  }));
}
