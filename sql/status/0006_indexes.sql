-- Whether the indexes that were dropped for the load are back; and rows without those of chunks of
-- keys, which are not copied into the table.
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
  t.error_message,
  t.indexes_disabled,
  t.indexes_restored
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

COMMENT ON COLUMN migration_status.migration_table_status.indexes_disabled IS
  'The run has dropped indexes or constraints of the target for its load, or took over those of an earlier run';
COMMENT ON COLUMN migration_status.migration_table_status.indexes_restored IS
  'All of them are back, by this run; what snowmelt repair brings back later is not told here';

INSERT INTO migration_status.schema_migrations (name) VALUES ('0006_indexes');
