import type { ChunkPlan, ChunkStream, TablePlan, WorkContext } from '@snowmelt/core';

import type { Sessions } from '../connect/session-pool.ts';
import type { KeyRange } from '../plan/key-range.ts';
import { runLong } from '../result/long-statement.ts';
import { resultLines, type OpenResult } from '../result/result-lines.ts';
import { byteStream } from '../stream/byte-stream.ts';
import { selectLines } from './select-lines.ts';

interface Reading {
  readonly table: TablePlan;
  readonly range: KeyRange;
}

/** A chunk of keys may read by the same text as one of rows, and each has a result of its own. */
export function readBy({ id }: ChunkPlan, { table, range }: Reading): string {
  return `chunk ${id}\n${selectLines(table, range)}`;
}

interface ChunkReading extends Reading {
  readonly chunk: ChunkPlan;
}

export async function runQuery(
  pool: Sessions,
  { chunk, ...what }: ChunkReading,
  context: WorkContext,
): Promise<OpenResult> {
  const statement = { sql: selectLines(what.table, what.range), reads: readBy(chunk, what) };
  const { open } = await runLong(pool, statement, context);
  const { queryId, rows } = open.result;
  context.log.debug('query_opened', { query: queryId, rows });
  return open;
}

/** Runs a chunk's query and streams its lines. */
export async function openQuery(
  pool: Sessions,
  reading: ChunkReading,
  context: WorkContext,
): Promise<ChunkStream> {
  const open = await runQuery(pool, reading, context);
  const { rows } = open.result;
  const window = { from: 0, to: rows };
  const bytes = byteStream((signal) => resultLines(open, window, signal), context.signal);
  return { bytes, expectedRows: rows };
}
