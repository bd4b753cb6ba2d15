import type { ChunkStream, TablePlan, WorkContext } from '@snowmelt/core';

import { execute } from '../connect/execute.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import type { Settings } from '../options.ts';
import type { KeyRange } from '../plan/key-range.ts';
import { byteStream } from '../stream/byte-stream.ts';
import { lineBlocks } from './line-blocks.ts';
import { selectLines } from './select-lines.ts';

/**
 * Runs a chunk's query and streams its lines. Each call is a statement of its own: a result that
 * broke is never read again, since the driver may shift its parts (snowflake-sdk 3.3, result.js).
 */
export async function openQuery(
  pool: SessionPool,
  settings: Settings,
  chunk: { readonly table: TablePlan; readonly range: KeyRange },
  context: WorkContext,
): Promise<ChunkStream> {
  const sql = selectLines(chunk.table, chunk.range);
  const statement = await pool.with(context, (session) => execute(session, sql, context.signal));
  const expectedRows = statement.getNumRows();
  context.log.debug('query_opened', { query: statement.getQueryId(), rows: expectedRows });
  const lines = { rows: statement.streamRows(), expectedRows, idleTimeout: settings.idleTimeout };
  const bytes = byteStream((signal) => lineBlocks(lines, signal), context.signal);
  return { bytes, expectedRows };
}
