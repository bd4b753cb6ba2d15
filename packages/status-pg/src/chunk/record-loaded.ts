import { leftOutNote, type LoadedRows, type RunId, type TableKey } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

export interface LoadedChunk extends LoadedRows {
  readonly id: string;
}

/**
 * The target's ledger is believed in any state. Worker and generation stay: who has the chunk at
 * this moment may still say that it is loaded.
 */
export async function recordLoaded(
  session: Session,
  { run, table }: { run: RunId; table: TableKey },
  chunks: readonly LoadedChunk[],
): Promise<void> {
  await session.rows(
    `UPDATE migration_status.migration_chunk_status c
     SET status = 'completed', rows_copied = l.row_count, bytes = l.byte_count,
       completed_at = now(), lease_expires_at = NULL, error_message = l.note
     FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::text[])
       AS l (chunk_id, row_count, byte_count, note)
     WHERE c.run_id = $1 AND c.table_key = $2 AND c.chunk_id = l.chunk_id
       AND c.kind <> 'extract' AND c.status <> 'completed'`,
    [
      run,
      table,
      chunks.map(({ id }) => id),
      chunks.map(({ rows }) => rows),
      chunks.map(({ bytes }) => bytes),
      chunks.map((chunk) => leftOutNote(chunk) ?? null),
    ],
  );
}
