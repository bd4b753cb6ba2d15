import type { ChunkPlan, RunId, TableKey } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { noSuchTable } from '../table/record-table.ts';
import { chunkColumns, insertChunks } from './chunk-columns.ts';

/** Chunks of one statement: a few megabytes of parameters at most. */
export const chunksAtOnce = 5000;

/** Adds up to `chunksAtOnce` chunks. Those that the table has already are left as they are. */
export async function addChunks(
  session: Session,
  at: { run: RunId; table: TableKey },
  chunks: readonly ChunkPlan[],
): Promise<void> {
  const rows = await session.rows<{ known: boolean }>(
    `WITH known AS (
       SELECT run_id, table_key FROM migration_status.migration_table_status
       WHERE run_id = $1 AND table_key = $2
     ), added AS (${insertChunks('known')})
     SELECT EXISTS (SELECT FROM known) AS known`,
    [at.run, at.table, ...chunkColumns(chunks)],
  );
  if (rows[0]?.known !== true) throw noSuchTable(at);
}
