import type { RunId, TableRequest } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

/**
 * Makes the run's tables those of the request: new ones are added, a changed one loses its plan
 * and chunks, one that is gone and was not begun is skipped, and what was completed stays completed.
 */
export async function putTables(
  session: Session,
  run: RunId,
  tables: readonly TableRequest[],
): Promise<void> {
  await dropChangedChunks(session, run, tables);
  await upsertTables(session, run, tables);
  await session.rows(
    `UPDATE migration_status.migration_table_status SET status = 'skipped'
     WHERE run_id = $1 AND table_key <> ALL ($2::text[]) AND status <> 'completed'
       AND plan IS NULL`,
    [run, tables.map(({ key }) => key)],
  );
}

async function dropChangedChunks(
  session: Session,
  run: RunId,
  tables: readonly TableRequest[],
): Promise<void> {
  await session.rows(
    `DELETE FROM migration_status.migration_chunk_status c
     USING migration_status.migration_table_status t,
       unnest($2::text[], $3::text[]) AS want (table_key, table_hash)
     WHERE t.run_id = $1 AND t.table_key = want.table_key
       AND t.table_hash IS DISTINCT FROM want.table_hash
       AND c.run_id = t.run_id AND c.table_key = t.table_key`,
    [run, tables.map(({ key }) => key), tables.map(({ hash }) => hash)],
  );
}

async function upsertTables(
  session: Session,
  run: RunId,
  tables: readonly TableRequest[],
): Promise<void> {
  await session.rows(
    `INSERT INTO migration_status.migration_table_status AS t
       (run_id, table_key, table_hash, source_name, source_database, source_schema, source_table,
        target_database, target_schema, target_table, ordinal)
     SELECT $1::uuid, want.*
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::text[], $10::text[]) WITH ORDINALITY AS want
     ON CONFLICT (run_id, table_key) DO UPDATE SET
       source_name = excluded.source_name,
       source_database = excluded.source_database,
       source_schema = excluded.source_schema,
       source_table = excluded.source_table,
       target_database = excluded.target_database,
       target_schema = excluded.target_schema,
       target_table = excluded.target_table,
       ordinal = excluded.ordinal,
       table_hash = excluded.table_hash,
       source_statements = CASE
         WHEN t.table_hash = excluded.table_hash THEN t.source_statements ELSE '{}' END,
       plan = CASE WHEN t.table_hash = excluded.table_hash THEN t.plan END,
       planned = coalesce(t.table_hash = excluded.table_hash, false) AND t.planned,
       status = CASE
         WHEN t.table_hash = excluded.table_hash AND t.status = 'completed' THEN 'completed'
         WHEN t.table_hash = excluded.table_hash AND t.plan IS NOT NULL THEN 'in_progress'
         ELSE 'pending' END,
       completed_at = CASE
         WHEN t.table_hash = excluded.table_hash AND t.status = 'completed' THEN t.completed_at END,
       started_at = CASE WHEN t.table_hash = excluded.table_hash THEN t.started_at END,
       error_message = CASE
         WHEN t.table_hash = excluded.table_hash AND t.status = 'completed' THEN t.error_message END`,
    [
      run,
      tables.map(({ key }) => key),
      tables.map(({ hash }) => hash),
      tables.map(({ sourceName }) => sourceName),
      tables.map(({ source }) => source.database),
      tables.map(({ source }) => source.schema),
      tables.map(({ source }) => source.name),
      tables.map(({ target }) => target.database),
      tables.map(({ target }) => target.schema),
      tables.map(({ target }) => target.name),
    ],
  );
}

/**
 * Chunks that failed get their tries anew; those that workers of a dead owner had leased are free
 * at once. Leases of other workers stand until they run out.
 */
export async function reopenChunks(session: Session, run: RunId, dead: string): Promise<void> {
  await session.rows(
    `UPDATE migration_status.migration_chunk_status
     SET status = 'pending', lease_expires_at = NULL, completed_at = NULL,
       retry_count = CASE WHEN status = 'failed' THEN 0 ELSE retry_count END
     WHERE run_id = $1
       AND (status = 'failed' OR (status = 'in_progress' AND starts_with(worker_id, $2)))`,
    [run, dead],
  );
}
