-- Runs that say `running` and that no process holds: killed, or their machine is gone. The same
-- command goes on with them; finished chunks are not read again.
SELECT
  r.run_id,
  r.owner,
  r.started_at,
  t.tables_left,
  c.chunks_left,
  greatest(r.started_at, c.last_change) AS last_sign_of_life,
  date_trunc('second', now() - greatest(r.started_at, c.last_change)) AS silent_for
FROM migration_status.migration_runs r
LEFT JOIN LATERAL (
  SELECT string_agg(source_table, ', ' ORDER BY ordinal) AS tables_left
  FROM migration_status.migration_table_status
  WHERE run_id = r.run_id AND status NOT IN ('completed', 'skipped')
) t ON true
LEFT JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE status <> 'completed') AS chunks_left,
    count(*) FILTER (WHERE status = 'in_progress' AND lease_expires_at > now()
      AND NOT starts_with(worker_id, r.owner)) AS leased_by_others,
    max(greatest(started_at, completed_at)) AS last_change
  FROM migration_status.migration_chunk_status
  WHERE run_id = r.run_id
) c ON true
WHERE r.status = 'running'
  AND r.owner IS NOT NULL
  AND c.leased_by_others = 0
  AND NOT coalesce(greatest(r.held_since, (
      SELECT max(w.last_seen_at) FROM migration_status.migration_workers w
      WHERE w.run_id = r.run_id)) + r.hold_seconds * interval '1 second' > now(), false)
  AND NOT EXISTS (
    SELECT FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
      AND (l.classid::bigint << 32) | l.objid::bigint
        = hashtextextended('snowmelt.run/' || r.run_id, 0)
  )
ORDER BY r.started_at DESC;
