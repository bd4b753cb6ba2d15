-- Which run has, or had last, each target table; `held` says whether a living process has it now.
SELECT
  k.target_database,
  k.target_schema,
  k.target_table,
  k.run_id,
  k.owner,
  k.claimed_at,
  r.status AS run_status,
  EXISTS (
    SELECT FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
      AND (l.classid::bigint << 32) | l.objid::bigint
        = hashtextextended('snowmelt.run/' || k.run_id, 0)
  ) AS held
FROM migration_status.table_claims k
LEFT JOIN migration_status.migration_runs r USING (run_id)
ORDER BY k.claimed_at DESC;
