-- Chunks whose lease ran out and that nobody has taken over. A worker takes such a chunk by itself;
-- what stays here belongs to a run that nobody works on: run the same command again to go on.
SELECT
  r.run_id,
  r.status AS run_status,
  r.owner,
  c.source_table,
  c.target_table,
  c.chunk_id,
  c.worker_id,
  c.started_at,
  c.lease_expires_at,
  now() - c.lease_expires_at AS overdue,
  c.retry_count,
  c.error_message AS last_error
FROM migration_status.migration_chunk_status c
JOIN migration_status.migration_runs r USING (run_id)
WHERE c.status = 'in_progress'
  AND c.lease_expires_at < now()
ORDER BY overdue DESC
LIMIT 200;
