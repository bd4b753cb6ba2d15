-- The 20 chunks of the newest run that took longest, from their last lease to their end.
SELECT
  source_name,
  source_table,
  target_table,
  chunk_id,
  chunk_range,
  kind,
  completed_at - started_at AS took,
  rows_copied,
  round(rows_copied / nullif(extract(epoch FROM completed_at - started_at), 0)) AS rows_per_second,
  retry_count,
  worker_id
FROM migration_status.migration_chunk_status
WHERE run_id = (
    SELECT run_id FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1
  )
  AND status = 'completed'
ORDER BY took DESC NULLS LAST
LIMIT 20;
