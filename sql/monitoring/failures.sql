-- What failed in the last seven days, the newest first: runs, tables and chunks with their reasons.
SELECT at, run_id, what, name, error_message
FROM (
  SELECT r.completed_at AS at, r.run_id, 'run' AS what, r.status AS name, r.error_message
  FROM migration_status.migration_runs r
  WHERE r.status IN ('failed', 'partial')
  UNION ALL
  SELECT t.completed_at, t.run_id, 'table', t.source_name || ': ' || t.source_table,
    t.error_message
  FROM migration_status.migration_table_status t
  WHERE t.status = 'failed'
  UNION ALL
  SELECT c.completed_at, c.run_id, 'chunk', c.source_table || ': ' || c.chunk_id,
    c.error_message
  FROM migration_status.migration_chunk_status c
  WHERE c.status = 'failed'
) failure
WHERE at > now() - interval '7 days'
ORDER BY at DESC
LIMIT 200;
