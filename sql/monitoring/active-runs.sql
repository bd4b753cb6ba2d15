-- Runs that go on or ended with work left, with their progress, their speed so far and whether anyone
-- still works on them.
SELECT
  v.run_id,
  v.run_status,
  v.owner,
  v.started_at,
  v.elapsed,
  v.completed_tables || ' of ' || v.total_tables AS tables,
  v.completed_chunks || ' of ' || v.total_chunks AS chunks,
  v.percent_complete,
  v.failed_chunks,
  v.total_rows_copied,
  round(v.total_rows_copied / nullif(extract(epoch FROM v.elapsed), 0)) AS rows_per_second,
  a.leased_chunks,
  a.last_change
FROM migration_status.v_active_migrations v
LEFT JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE status = 'in_progress' AND lease_expires_at > now()) AS leased_chunks,
    max(greatest(started_at, completed_at)) AS last_change
  FROM migration_status.migration_chunk_status
  WHERE run_id = v.run_id
) a ON true
ORDER BY v.started_at DESC;
