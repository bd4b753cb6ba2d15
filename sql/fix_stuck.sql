-- Ends what stands in the way of the next `snowmelt run`, where no process of Snowmelt is at work any
-- more, and says what it has done. Rows, chunks and the ledger stay as they are: the same command goes
-- on from there. Indexes and leftover tables are a matter of `snowmelt repair`.
--
--   psql -d STATUS_DATABASE -f sql/fix_stuck.sql
--
-- It takes the right to end the sessions: their own role, pg_signal_backend or a superuser.
--
-- 1. Sessions that work for a run whose process is gone (behind a pooler the server does not notice).
-- 2. The session of an owner that has renewed none of its chunks for 10 minutes: its process hangs, or
--    its machine is cut off. One that builds indexes or publishes has no chunks and is left alone.
-- 3. Runs that say `running` and that nobody holds are closed as `partial`, as the next run would.

CREATE TEMPORARY TABLE IF NOT EXISTS snowmelt_fixed (
  n integer GENERATED ALWAYS AS IDENTITY,
  what text NOT NULL,
  run_id text,
  name text
);
TRUNCATE pg_temp.snowmelt_fixed;

DO $fix$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT r.run_id::text AS run, a.pid, a.datname
    FROM pg_stat_activity a
    JOIN migration_status.migration_runs r
      ON r.run_id::text = substring(a.application_name FROM '^snowmelt ([0-9a-f-]{36}) (?:load|table)$')
    WHERE a.state <> 'idle' AND a.xact_start IS NOT NULL AND a.pid <> pg_backend_pid()
      AND NOT EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
          AND (l.classid::bigint << 32) | l.objid::bigint
            = hashtextextended('snowmelt.run/' || r.run_id, 0))
      AND NOT EXISTS (
        SELECT FROM migration_status.migration_chunk_status c
        WHERE c.run_id = r.run_id AND c.status = 'in_progress' AND c.lease_expires_at > now()
          AND NOT starts_with(c.worker_id, r.owner))
      -- Nor is it kept for the next process of a distributed run.
      AND NOT coalesce(greatest(r.held_since, (
          SELECT max(w.last_seen_at) FROM migration_status.migration_workers w
          WHERE w.run_id = r.run_id)) + r.hold_seconds * interval '1 second' > now(), false)
  LOOP
    PERFORM pg_terminate_backend(found.pid);
    INSERT INTO pg_temp.snowmelt_fixed (what, run_id, name)
    VALUES ('session of a gone run ended', found.run, format('pid %s in %s', found.pid, found.datname));
  END LOOP;

  FOR found IN
    SELECT r.run_id::text AS run, r.owner, l.pid
    FROM migration_status.migration_runs r
    JOIN pg_locks l ON l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
      AND (l.classid::bigint << 32) | l.objid::bigint
        = hashtextextended('snowmelt.run/' || r.run_id, 0)
    WHERE r.status = 'running'
      AND EXISTS (
        SELECT FROM migration_status.migration_chunk_status c
        WHERE c.run_id = r.run_id AND c.status = 'in_progress')
      AND NOT EXISTS (
        SELECT FROM migration_status.migration_chunk_status c
        WHERE c.run_id = r.run_id AND c.status = 'in_progress'
          AND c.lease_expires_at >= now() - interval '10 minutes')
  LOOP
    PERFORM pg_terminate_backend(found.pid, 5000);
    INSERT INTO pg_temp.snowmelt_fixed (what, run_id, name)
    VALUES ('session of a hung owner ended', found.run, format('%s, pid %s', found.owner, found.pid));
  END LOOP;

  FOR found IN
    UPDATE migration_status.migration_runs r
    SET status = 'partial', completed_at = now(),
      error_message = 'RUN.STOPPED: its process ended without closing it'
    WHERE r.status = 'running' AND r.owner IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
          AND (l.classid::bigint << 32) | l.objid::bigint
            = hashtextextended('snowmelt.run/' || r.run_id, 0))
      AND NOT EXISTS (
        SELECT FROM migration_status.migration_chunk_status c
        WHERE c.run_id = r.run_id AND c.status = 'in_progress' AND c.lease_expires_at > now()
          AND NOT starts_with(c.worker_id, r.owner))
      -- Nor is it kept for the next process of a distributed run.
      AND NOT coalesce(greatest(r.held_since, (
          SELECT max(w.last_seen_at) FROM migration_status.migration_workers w
          WHERE w.run_id = r.run_id)) + r.hold_seconds * interval '1 second' > now(), false)
    RETURNING r.run_id::text AS run, r.owner
  LOOP
    INSERT INTO pg_temp.snowmelt_fixed (what, run_id, name)
    VALUES ('run closed; the same command goes on with it', found.run, found.owner);
  END LOOP;
END
$fix$;

SELECT what, run_id, name FROM pg_temp.snowmelt_fixed ORDER BY n;
