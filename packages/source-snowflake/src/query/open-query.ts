import type { ChunkStream, TablePlan, WorkContext } from '@snowmelt/core';

import type { Sessions } from '../connect/session-pool.ts';
import type { KeyRange } from '../plan/key-range.ts';
import { runForResult } from '../result/open-result.ts';
import { resultLines } from '../result/result-lines.ts';
import { byteStream } from '../stream/byte-stream.ts';
import { selectLines } from './select-lines.ts';

/** Runs a chunk's query and streams its lines. */
export async function openQuery(
  pool: Sessions,
  chunk: { readonly table: TablePlan; readonly range: KeyRange },
  context: WorkContext,
): Promise<ChunkStream> {
  const open = await runForResult(pool, { sql: selectLines(chunk.table, chunk.range) }, context);
  const { queryId, rows } = open.result;
  context.log.debug('query_opened', { query: queryId, rows });
  const window = { from: 0, to: rows };
  const bytes = byteStream((signal) => resultLines(open, window, signal), context.signal);
  return { bytes, expectedRows: rows };
}
