-- Removes what Snowmelt keeps of its own in this database: the schemas `snowmelt` (the ledger) and
-- `migration_status` (runs, tables, chunks). Your tables and their rows stay. From then on a run knows
-- nothing of earlier ones: appends begin anew, refused rows are gone.
--
--   psql -d DATABASE -f sql/remove_snowmelt.sql
--
-- It refuses, and removes nothing, while a run is at work, while an index that was dropped for a load is
-- not back, and while refused rows are waiting. Where you know better, say before:
--
--   SET snowmelt.remove = 'anyway';

DO $remove$
DECLARE
  anyway boolean := coalesce(current_setting('snowmelt.remove', true), '') = 'anyway';
  why text;
BEGIN
  IF to_regclass('migration_status.migration_runs') IS NOT NULL THEN
    SELECT 'run ' || r.run_id || ' is at work at ' || r.owner INTO why
    FROM migration_status.migration_runs r
    WHERE EXISTS (
      SELECT FROM pg_locks l
      WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND (l.classid::bigint << 32) | l.objid::bigint
          = hashtextextended('snowmelt.run/' || r.run_id, 0))
    LIMIT 1;
    IF why IS NOT NULL THEN
      RAISE EXCEPTION '%; stop it first', why;
    END IF;
  END IF;
  IF to_regclass('snowmelt.index_ledger') IS NOT NULL AND NOT anyway THEN
    SELECT string_agg(target_schema || '.' || target_table || ': ' || name, ', ') INTO why
    FROM snowmelt.index_ledger WHERE state <> 'rebuilt';
    IF why IS NOT NULL THEN
      RAISE EXCEPTION 'indexes that were dropped for a load are not back, and their definitions are only here: %', why
        USING HINT = 'snowmelt repair brings them back.';
    END IF;
  END IF;
  IF to_regclass('snowmelt.rejects') IS NOT NULL AND NOT anyway THEN
    SELECT count(*) || ' refused rows are waiting' INTO why
    FROM snowmelt.rejects WHERE state = 'open' HAVING count(*) > 0;
    IF why IS NOT NULL THEN
      RAISE EXCEPTION '%, and are only here', why USING HINT = 'snowmelt rejects list';
    END IF;
  END IF;
  DROP SCHEMA IF EXISTS snowmelt CASCADE;
  DROP SCHEMA IF EXISTS migration_status CASCADE;
END
$remove$;
