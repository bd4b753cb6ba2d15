-- Keys of a source that rows are compared with (delete_missing) are chunks of their own kind: worked
-- like the others, and no part of a table's chunks and rows.

ALTER TABLE migration_status.migration_chunk_status
  DROP CONSTRAINT migration_chunk_status_kind_check,
  ADD CONSTRAINT migration_chunk_status_kind_check
  CHECK (kind IN ('extract', 'keys', 'load')) NOT VALID;

-- As before, but for the rows: those of chunks of keys are not copied into the table.
CREATE OR REPLACE VIEW migration_status.v_table_progress AS
SELECT
  t.run_id,
  t.source_name,
  t.source_database,
  t.source_schema,
  t.source_table,
  t.target_database,
  t.target_schema,
  t.target_table,
  t.status,
  coalesce(c.total_chunks, t.total_chunks) AS total_chunks,
  coalesce(c.completed_chunks, t.completed_chunks) AS completed_chunks,
  coalesce(c.failed_chunks, t.failed_chunks) AS failed_chunks,
  c.leased_chunks,
  coalesce(c.total_rows_copied, t.total_rows_copied) AS total_rows_copied,
  round(100.0 * coalesce(c.completed_chunks, t.completed_chunks)
    / nullif(coalesce(c.total_chunks, t.total_chunks), 0), 1) AS percent_complete,
  t.started_at,
  t.completed_at,
  coalesce(t.completed_at, now()) - t.started_at AS elapsed,
  t.error_message
FROM migration_status.migration_table_status t
LEFT JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE kind = 'load') AS total_chunks,
    count(*) FILTER (WHERE kind = 'load' AND status = 'completed') AS completed_chunks,
    count(*) FILTER (WHERE kind = 'load' AND status = 'failed') AS failed_chunks,
    count(*) FILTER (WHERE status = 'in_progress') AS leased_chunks,
    coalesce(sum(rows_copied) FILTER (WHERE kind = 'load'), 0) AS total_rows_copied
  FROM migration_status.migration_chunk_status
  WHERE run_id = t.run_id AND table_key = t.table_key
  HAVING count(*) > 0
) c ON t.status = 'in_progress';
