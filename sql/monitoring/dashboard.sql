-- Runs that go on or ended with work left: progress, speed of the last two minutes, when they may be
-- done at that speed, and whether a process still works on them.
SELECT
  v.run_id,
  v.run_status,
  CASE
    WHEN held.pid IS NOT NULL OR c.leased_chunks > 0 THEN 'alive'
    WHEN v.run_status = 'running' AND greatest(r.held_since, w.last_seen_at)
      + r.hold_seconds * interval '1 second' > now() THEN 'kept for its next process'
    WHEN v.run_status = 'running' THEN 'dead: run the same command again'
    ELSE 'stopped: run the same command again'
  END AS life,
  v.owner,
  v.started_at,
  v.elapsed,
  v.completed_tables || ' of ' || v.total_tables AS tables,
  c.completed_chunks || ' of ' || c.chunks AS chunks,
  round(100.0 * c.completed_chunks / nullif(c.chunks, 0), 1) AS percent,
  c.leased_chunks,
  c.failed_chunks,
  c.rows_loaded,
  pg_size_pretty(c.bytes_loaded) AS size,
  round(c.recent_rows / 120.0) AS rows_per_second,
  CASE WHEN c.recent_chunks > 0
    THEN date_trunc('second', (c.chunks - c.completed_chunks) * interval '120 seconds' / c.recent_chunks)
  END AS time_left,
  w.workers,
  greatest(c.last_change, w.last_seen_at) AS last_sign_of_life
FROM migration_status.v_active_migrations v
JOIN migration_status.migration_runs r USING (run_id)
LEFT JOIN LATERAL (
  SELECT max(last_seen_at) AS last_seen_at,
    count(*) FILTER (WHERE ended_at IS NULL AND last_seen_at > now() - interval '1 minute') AS workers
  FROM migration_status.migration_workers
  WHERE run_id = v.run_id
) w ON true
LEFT JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE kind = 'load') AS chunks,
    count(*) FILTER (WHERE kind = 'load' AND status = 'completed') AS completed_chunks,
    count(*) FILTER (WHERE status = 'failed') AS failed_chunks,
    count(*) FILTER (WHERE status = 'in_progress' AND lease_expires_at > now()
      AND NOT starts_with(worker_id, v.owner)) AS leased_chunks,
    coalesce(sum(rows_copied) FILTER (WHERE kind = 'load'), 0) AS rows_loaded,
    coalesce(sum(bytes) FILTER (WHERE kind = 'load'), 0)::bigint AS bytes_loaded,
    count(*) FILTER (WHERE kind = 'load' AND status = 'completed'
      AND completed_at > now() - interval '2 minutes') AS recent_chunks,
    coalesce(sum(rows_copied) FILTER (WHERE kind = 'load'
      AND completed_at > now() - interval '2 minutes'), 0) AS recent_rows,
    max(greatest(started_at, completed_at)) AS last_change
  FROM migration_status.migration_chunk_status
  WHERE run_id = v.run_id
) c ON true
LEFT JOIN LATERAL (
  SELECT l.pid
  FROM pg_locks l
  WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
    AND (l.classid::bigint << 32) | l.objid::bigint
      = hashtextextended('snowmelt.run/' || v.run_id, 0)
  LIMIT 1
) held ON true
ORDER BY v.started_at DESC;
