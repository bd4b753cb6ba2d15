-- The tables of the newest run: what is done, what is left, and when it may be done at this speed.
SELECT
  p.source_name,
  p.source_table,
  p.target_schema || '.' || p.target_table AS target,
  p.status,
  p.completed_chunks || ' of ' || p.total_chunks AS chunks,
  p.leased_chunks,
  p.failed_chunks,
  p.percent_complete,
  p.total_rows_copied,
  p.elapsed,
  CASE WHEN p.status = 'in_progress' AND p.completed_chunks > 0
    THEN p.elapsed * ((p.total_chunks - p.completed_chunks)::float8 / p.completed_chunks)
  END AS time_left,
  CASE WHEN p.indexes_restored THEN 'back' WHEN p.indexes_disabled THEN 'away' END AS indexes,
  p.error_message
FROM migration_status.v_table_progress p
WHERE p.run_id = (
  SELECT run_id FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1
)
ORDER BY p.status, p.source_name, p.source_table;
