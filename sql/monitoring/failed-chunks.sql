-- Failed chunks of the newest run by table and cause, and those that are tried again. The code before
-- the colon is explained in docs/reference/errors.md.
SELECT
  c.source_name,
  c.source_table,
  c.target_schema || '.' || c.target_table AS target,
  split_part(c.error_message, ': ', 1) AS code,
  CASE WHEN c.status = 'failed' THEN 'failed' ELSE 'tried again' END AS state,
  count(*) AS chunks,
  max(c.retry_count) AS tries,
  min(c.chunk_id) AS first_chunk,
  max(coalesce(c.completed_at, c.started_at)) AS last_at,
  min(c.error_message) AS one_of_the_messages
FROM migration_status.migration_chunk_status c
WHERE c.run_id = (
    SELECT run_id FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1
  )
  AND c.error_message IS NOT NULL
  AND (c.status = 'failed' OR c.status IN ('pending', 'in_progress') AND c.retry_count > 0)
GROUP BY 1, 2, 3, 4, 5
ORDER BY state, chunks DESC;
