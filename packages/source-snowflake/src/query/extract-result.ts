import type { ChunkPlan, ChunkStream, TablePlan, WorkContext } from '@snowmelt/core';

import type { Sessions } from '../connect/session-pool.ts';
import { writeSpec } from '../plan/chunk-spec.ts';
import { mostChunks } from '../plan/choose-strategy.ts';
import type { KeyRange } from '../plan/key-range.ts';
import { runLong } from '../result/long-statement.ts';
import type { OpenResults } from '../result/open-results.ts';
import { resultLines } from '../result/result-lines.ts';
import { broken, type ResultPart } from '../result/statement-result.ts';
import type { RowWindow } from '../result/line-parser.ts';
import { byteStream } from '../stream/byte-stream.ts';
import { readBy } from './open-query.ts';
import { selectLines } from './select-lines.ts';

interface Extraction {
  readonly table: TablePlan;
  readonly chunk: ChunkPlan;
  readonly range: KeyRange;
}

/**
 * Runs the statement once and divides its result, which Snowflake keeps: the result of one query id is
 * fixed, so that each of its rows is in one window and in no other, whatever becomes of the table
 * (P1, P3). A repetition is another query with other ids.
 */
export async function* extractResult(
  pool: Sessions,
  { table, chunk, range }: Extraction,
  context: WorkContext,
): AsyncGenerator<ChunkPlan> {
  const statement = { sql: selectLines(table, range), reads: readBy(chunk, { table, range }) };
  const { result } = (await runLong(pool, statement, context)).open;
  const { queryId: query, rows, parts } = result;
  const windows = windowsOf(parts, Math.max(table.read.batchRows, Math.ceil(rows / mostChunks)));
  const figures = { parts: parts.length, rows, chunks: windows.length };
  context.log.info('result_stored', { table: table.key, chunk: chunk.id, query, ...figures });
  for (const [index, { from, to }] of windows.entries()) {
    yield {
      id: `${chunk.id}/${query}/${String(index + 1).padStart(5, '0')}`,
      kind: 'load',
      range: { query, from, to },
      spec: writeSpec({ way: 'result', query, from, to, rows }),
      expectedRows: to - from,
    };
  }
}

/** Whole parts, so that none is fetched twice: as many as make a chunk of `wanted` rows. */
export function windowsOf(parts: readonly Pick<ResultPart, 'rows'>[], wanted: number): RowWindow[] {
  const windows: RowWindow[] = [];
  let from = 0;
  let to = 0;
  for (const { rows } of parts) {
    to += rows;
    if (to - from < wanted) continue;
    windows.push({ from, to });
    from = to;
  }
  return from === to ? windows : [...windows, { from, to }];
}

export interface ResultRows extends RowWindow {
  readonly query: string;
  /** Of the whole result. */
  readonly rows: number;
}

/** Streams the window, from whichever process. Throws `SOURCE.RESULT_EXPIRED`. */
export async function openResultRows(
  results: OpenResults,
  { query, from, to, rows }: ResultRows,
  context: WorkContext,
): Promise<ChunkStream> {
  const open = await results.find(query, context);
  if (open.result.rows !== rows) {
    throw broken(
      `query ${query} has ${String(open.result.rows)} rows now, and had ${String(rows)}`,
    );
  }
  const bytes = byteStream((signal) => resultLines(open, { from, to }, signal), context.signal);
  return { bytes, expectedRows: to - from };
}
