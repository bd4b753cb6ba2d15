-- The columns that monitoring of the earlier tool reads in these views, with its meaning, after ours:
-- run_status, duration_seconds, tables_in_progress, chunks_in_progress, chunks_failed and
-- completion_percentage. As there, a run that ended with work left (partial) is still active.

CREATE OR REPLACE VIEW migration_status.v_active_migrations AS
SELECT
  r.run_id,
  r.status,
  r.started_at,
  coalesce(r.completed_at, now()) - r.started_at AS elapsed,
  r.owner,
  r.total_sources,
  r.total_tables,
  r.completed_tables,
  r.failed_tables,
  t.total_chunks,
  t.completed_chunks,
  t.failed_chunks,
  t.total_rows_copied,
  round(100.0 * t.completed_chunks / nullif(t.total_chunks, 0), 1) AS percent_complete,
  r.error_message,
  r.metadata,
  r.status AS run_status,
  extract(epoch FROM coalesce(r.completed_at, now()) - r.started_at) AS duration_seconds,
  coalesce(t.tables_in_progress, 0) AS tables_in_progress,
  coalesce(c.chunks_in_progress, 0) AS chunks_in_progress,
  coalesce(c.chunks_failed, 0) AS chunks_failed
FROM migration_status.migration_runs r
LEFT JOIN LATERAL (
  SELECT
    sum(total_chunks) AS total_chunks,
    sum(completed_chunks) AS completed_chunks,
    sum(failed_chunks) AS failed_chunks,
    sum(total_rows_copied) AS total_rows_copied,
    count(*) FILTER (WHERE status = 'in_progress') AS tables_in_progress
  FROM migration_status.migration_table_status
  WHERE run_id = r.run_id
) t ON true
LEFT JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE status = 'in_progress') AS chunks_in_progress,
    count(*) FILTER (WHERE status = 'failed') AS chunks_failed
  FROM migration_status.migration_chunk_status
  WHERE run_id = r.run_id
) c ON true
WHERE r.status IN ('running', 'partial');

COMMENT ON VIEW migration_status.v_active_migrations IS
  'Runs that go on, and those that ended with work left. Rows and total_chunks, completed_chunks and failed_chunks are those of the table rows: a few seconds old at most.';

CREATE OR REPLACE VIEW migration_status.v_table_progress AS
SELECT
  p.*,
  round(100.0 * p.completed_chunks / greatest(p.total_chunks, 1), 2) AS completion_percentage,
  extract(epoch FROM p.elapsed) AS duration_seconds
FROM (
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
  ) c ON t.status = 'in_progress'
) p;

INSERT INTO migration_status.schema_migrations (name) VALUES ('0007_views_of_earlier_tool');
