-- What is wrong, and what mends it: the same as `snowmelt diagnose`, for psql.
--
--   psql -d DATABASE -f sql/diagnose_stuck.sql
--
-- Run it in the status database, and in each target database where that is another one: it looks at
-- what it finds of the two. Nothing changes; what is found is gathered in a temporary table. With the
-- role pg_monitor it also sees what sessions of other roles do.

CREATE TEMPORARY TABLE IF NOT EXISTS snowmelt_found (
  n integer GENERATED ALWAYS AS IDENTITY,
  what text NOT NULL,
  run_id text,
  name text,
  says text NOT NULL,
  mend text NOT NULL
);
TRUNCATE pg_temp.snowmelt_found;

DO $diagnose$
BEGIN
  IF to_regclass('migration_status.migration_runs') IS NOT NULL THEN
    INSERT INTO pg_temp.snowmelt_found (what, run_id, name, says, mend)
    SELECT
      CASE
        WHEN life.held AND life.silent THEN 'hung owner'
        WHEN r.status = 'running' THEN 'dead run'
        ELSE 'unfinished run'
      END,
      r.run_id::text,
      r.owner,
      CASE
        WHEN life.held THEN 'its process holds the run, and has renewed none of its chunks for 10 minutes'
        WHEN r.status = 'running' THEN 'its process is gone, last sign of life at ' || life.last_sign
        ELSE coalesce(r.error_message, 'it ended with work left')
      END,
      CASE WHEN life.held THEN 'sql/fix_stuck.sql, then the same command again: snowmelt run'
        ELSE 'the same command again: snowmelt run' END
    FROM migration_status.migration_runs r
    CROSS JOIN LATERAL (
      SELECT
        EXISTS (
          SELECT FROM pg_locks l
          WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
            AND (l.classid::bigint << 32) | l.objid::bigint
              = hashtextextended('snowmelt.run/' || r.run_id, 0)
        ) AS held,
        coalesce(bool_or(c.status = 'in_progress' AND c.lease_expires_at > now()
          AND NOT starts_with(c.worker_id, r.owner)), false) AS worked_by_others,
        coalesce(bool_or(c.status = 'in_progress'), false)
          AND coalesce(bool_and(c.lease_expires_at < now() - interval '10 minutes')
            FILTER (WHERE c.status = 'in_progress'), false) AS silent,
        greatest(r.started_at, max(c.started_at), max(c.completed_at)) AS last_sign
      FROM migration_status.migration_chunk_status c WHERE c.run_id = r.run_id
    ) life
    WHERE r.owner IS NOT NULL
      AND r.status <> 'completed'
      AND r.metadata -> 'settled' IS DISTINCT FROM 'true'
      AND NOT life.worked_by_others
      -- Nor is it kept for the next process of a distributed run.
      AND NOT coalesce(greatest(r.held_since, (
          SELECT max(w.last_seen_at) FROM migration_status.migration_workers w
          WHERE w.run_id = r.run_id)) + r.hold_seconds * interval '1 second' > now(), false)
      AND (NOT life.held OR life.silent)
      -- Not where another run has taken all of its tables since.
      AND EXISTS (
        SELECT FROM migration_status.migration_table_status t
        WHERE t.run_id = r.run_id AND t.status NOT IN ('completed', 'skipped')
          AND NOT EXISTS (
            SELECT FROM migration_status.table_claims k
            WHERE k.target_database = t.target_database AND k.target_schema = t.target_schema
              AND k.target_table = t.target_table AND k.run_id <> t.run_id)
      )
    ORDER BY r.started_at DESC;

    INSERT INTO pg_temp.snowmelt_found (what, run_id, name, says, mend)
    SELECT 'failed chunks', c.run_id::text, c.source_table,
      count(*) || ' of its chunks failed, one of them: ' || min(c.error_message),
      'what docs/reference/errors.md says of ' || split_part(c.error_message, ': ', 1)
        || ', then the same command again: snowmelt run'
    FROM migration_status.migration_chunk_status c
    WHERE c.status = 'failed'
      AND c.run_id = (SELECT run_id FROM migration_status.migration_runs
                      ORDER BY started_at DESC LIMIT 1)
    GROUP BY c.run_id, c.source_table, split_part(c.error_message, ': ', 1);

    INSERT INTO pg_temp.snowmelt_found (what, run_id, name, says, mend)
    SELECT 'failed table', t.run_id::text, t.source_table, t.error_message,
      'what docs/reference/errors.md says of ' || split_part(t.error_message, ': ', 1)
        || ', then the same command again: snowmelt run'
    FROM migration_status.migration_table_status t
    WHERE t.status = 'failed' AND t.error_message NOT LIKE 'RUN.CHUNKS_FAILED: %'
      AND t.run_id = (SELECT run_id FROM migration_status.migration_runs
                      ORDER BY started_at DESC LIMIT 1);

    INSERT INTO pg_temp.snowmelt_found (what, run_id, name, says, mend)
    SELECT 'session of a gone run', r.run_id::text, 'pid ' || a.pid || ' in ' || a.datname,
      'it works since ' || a.xact_start || '; its process is gone',
      format('SELECT pg_terminate_backend(%s); or sql/fix_stuck.sql, or snowmelt repair', a.pid)
    FROM pg_stat_activity a
    JOIN migration_status.migration_runs r
      ON r.run_id::text = substring(a.application_name FROM '^snowmelt ([0-9a-f-]{36}) (?:load|table)$')
    WHERE a.state <> 'idle' AND a.xact_start IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
          AND (l.classid::bigint << 32) | l.objid::bigint
            = hashtextextended('snowmelt.run/' || r.run_id, 0))
      AND NOT EXISTS (
        SELECT FROM migration_status.migration_chunk_status c
        WHERE c.run_id = r.run_id AND c.status = 'in_progress' AND c.lease_expires_at > now()
          AND NOT starts_with(c.worker_id, r.owner))
      AND NOT coalesce(greatest(r.held_since, (
          SELECT max(w.last_seen_at) FROM migration_status.migration_workers w
          WHERE w.run_id = r.run_id)) + r.hold_seconds * interval '1 second' > now(), false);
  END IF;

  INSERT INTO pg_temp.snowmelt_found (what, run_id, name, says, mend)
  SELECT 'lock wait', substring(w.application_name FROM '^snowmelt ([0-9a-f]\S*)'),
    'pid ' || w.pid || ' in ' || w.datname,
    format('waits since %s for pid %s (%s)', w.query_start, b.pid, concat_ws(', ',
      'role ' || b.usename, 'application ' || nullif(b.application_name, ''), b.state, 'since ' || b.xact_start)),
    format('let that session end, or SELECT pg_terminate_backend(%s);', b.pid)
  FROM pg_stat_activity w
  CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocking (pid)
  JOIN pg_stat_activity b ON b.pid = blocking.pid
  WHERE w.application_name ~ '^snowmelt( |$)'
    AND b.application_name IS DISTINCT FROM w.application_name;

  IF to_regclass('snowmelt.index_ledger') IS NOT NULL THEN
    INSERT INTO pg_temp.snowmelt_found (what, run_id, name, says, mend)
    SELECT 'index missing', max(run_id), target_schema || '.' || target_table,
      'dropped for a load and not back: ' || string_agg(name || coalesce(' (' || error || ')', ''), ', ' ORDER BY id),
      'unless a run is loading the table: snowmelt repair'
    FROM snowmelt.index_ledger WHERE state <> 'rebuilt'
    GROUP BY target_schema, target_table;
  END IF;

  IF to_regclass('snowmelt.rejects') IS NOT NULL THEN
    INSERT INTO pg_temp.snowmelt_found (what, run_id, name, says, mend)
    SELECT 'rows refused', run_id, target_schema || '.' || target_table,
      count(*) || ' rows are in quarantine, one of them: ' || min(message),
      'snowmelt rejects show, mend the cause, then snowmelt rejects retry --run ' || run_id
    FROM snowmelt.rejects WHERE state = 'open'
    GROUP BY run_id, target_schema, target_table;
  END IF;

  IF to_regclass('snowmelt.table_ledger') IS NOT NULL THEN
    INSERT INTO pg_temp.snowmelt_found (what, run_id, name, says, mend)
    SELECT 'gathered rows left', l.run_id, 'snowmelt.' || c.relname,
      coalesce('gathered for ' || l.target_schema || '.' || l.target_table
        || '; its run can''t go on', 'no run has it') || ', ' || pg_size_pretty(pg_total_relation_size(c.oid)),
      'snowmelt repair'
    FROM pg_class c
    LEFT JOIN snowmelt.table_ledger l ON c.relname IN (l.shadow, l.keys_table)
    WHERE c.relnamespace = to_regnamespace('snowmelt') AND c.relkind = 'r'
      AND c.relname ~ '^(shadow|keys)_[0-9a-f]{32}$'
      AND (l.run_id IS NULL OR l.superseded_by IS NOT NULL OR l.overtaken_by IS NOT NULL);
  END IF;
END
$diagnose$;

SELECT what, run_id, name, says, mend FROM pg_temp.snowmelt_found ORDER BY n;
