-- Every process at work on a run, what it has in its hands and what it waits for. One that was not seen
-- for a minute is dead or cut off: others take its chunks over.
SELECT
  w.run_id,
  w.worker_id,
  w.worker_id = r.owner AS has_the_run,
  w.host,
  w.pid,
  w.version,
  CASE
    WHEN w.ended_at IS NOT NULL THEN 'ended'
    WHEN w.last_seen_at < now() - interval '1 minute' THEN 'gives no sign'
    WHEN w.waits_for IS NOT NULL THEN 'waits'
    ELSE 'at work'
  END AS state,
  date_trunc('second', now() - w.last_seen_at) AS last_seen_ago,
  w.waits_for,
  date_trunc('second', now() - w.waits_since) AS waits,
  count(c.chunk_id) FILTER (WHERE c.status = 'in_progress') AS chunks_in_hand,
  count(c.chunk_id) FILTER (WHERE c.status = 'completed' AND c.kind = 'load') AS chunks_loaded,
  coalesce(sum(c.rows_copied) FILTER (WHERE c.kind = 'load'), 0) AS rows_loaded
FROM migration_status.migration_workers w
JOIN migration_status.migration_runs r USING (run_id)
LEFT JOIN migration_status.migration_chunk_status c
  ON c.run_id = w.run_id AND starts_with(c.worker_id, w.worker_id)
WHERE w.run_id = (
  SELECT run_id FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1
)
GROUP BY w.run_id, w.worker_id, r.owner, w.host, w.pid, w.version, w.ended_at, w.last_seen_at,
  w.waits_for, w.waits_since
ORDER BY has_the_run DESC, w.worker_id;
