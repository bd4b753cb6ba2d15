-- The way back from Snowmelt to the earlier tool: its tables, keys and checks as its own file makes
-- them, with its own rows. Snowmelt's runs go into the schema migration_status_snowmelt. The views go;
-- the earlier tool makes its own when it starts. To be run while no Snowmelt runs, as the owner of the
-- tables, whole or not at all:
--
--   psql -1 -v ON_ERROR_STOP=1 -f sql/status/down/earlier_tool.sql
--
-- Snowmelt would upgrade the schema again: give it a database of its own (status_tracking_database).

LOCK TABLE migration_status.migration_runs, migration_status.migration_table_status,
  migration_status.migration_chunk_status;

DO $refuse$
BEGIN
  IF EXISTS (
    SELECT FROM migration_status.migration_runs r JOIN pg_locks l
      ON l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
      AND (l.classid::bigint << 32) | l.objid::bigint
        = hashtextextended('snowmelt.run/' || r.run_id, 0)
  ) THEN
    RAISE EXCEPTION 'a run of Snowmelt is at work in this database';
  END IF;
END
$refuse$;

-- Snowmelt's runs, as they are.
CREATE SCHEMA migration_status_snowmelt;
CREATE TABLE migration_status_snowmelt.migration_runs AS
  SELECT * FROM migration_status.migration_runs
  WHERE owner IS NOT NULL OR execution_hash IS NOT NULL;
CREATE TABLE migration_status_snowmelt.migration_table_status AS
  SELECT * FROM migration_status.migration_table_status
  WHERE run_id IN (SELECT run_id FROM migration_status_snowmelt.migration_runs);
CREATE TABLE migration_status_snowmelt.migration_chunk_status AS
  SELECT * FROM migration_status.migration_chunk_status
  WHERE run_id IN (SELECT run_id FROM migration_status_snowmelt.migration_runs);
CREATE TABLE migration_status_snowmelt.migration_workers AS
  SELECT * FROM migration_status.migration_workers;
DELETE FROM migration_status.migration_runs
WHERE run_id IN (SELECT run_id FROM migration_status_snowmelt.migration_runs);

-- What is Snowmelt's in the tables.
DROP VIEW migration_status.v_active_migrations, migration_status.v_table_progress;
ALTER TABLE migration_status.migration_chunk_status
  DROP CONSTRAINT migration_chunk_status_table_fkey,
  DROP CONSTRAINT migration_chunk_status_pkey,
  DROP CONSTRAINT migration_chunk_status_kind_check,
  DROP COLUMN table_key,
  DROP COLUMN kind,
  DROP COLUMN ordinal,
  DROP COLUMN plan,
  DROP COLUMN expected_rows,
  DROP COLUMN expected_bytes,
  DROP COLUMN bytes,
  DROP COLUMN worker_id,
  DROP COLUMN generation,
  DROP COLUMN lease_expires_at,
  DROP COLUMN last_event;
ALTER TABLE migration_status.migration_table_status
  DROP CONSTRAINT migration_table_status_pkey,
  DROP COLUMN table_key,
  DROP COLUMN table_hash,
  DROP COLUMN ordinal,
  DROP COLUMN plan,
  DROP COLUMN planned,
  DROP COLUMN source_statements,
  DROP COLUMN gate,
  DROP COLUMN total_bytes,
  DROP COLUMN counted_at;
ALTER TABLE migration_status.migration_runs
  DROP COLUMN execution_hash,
  DROP COLUMN snapshot,
  DROP COLUMN owner,
  DROP COLUMN owner_epoch,
  DROP COLUMN held_since,
  DROP COLUMN hold_seconds,
  DROP COLUMN plan_format;
DROP INDEX migration_status.migration_runs_started_at_idx;
DROP TABLE migration_status.table_claims, migration_status.migration_workers,
  migration_status.schema_migrations;

ALTER TABLE migration_status.migration_table_status
  VALIDATE CONSTRAINT migration_table_status_run_fkey;

-- Types and keys as they were: it names chunks by numbers, and tables by their source.
ALTER TABLE migration_status.migration_runs
  ALTER COLUMN run_id SET DEFAULT gen_random_uuid(),
  ALTER COLUMN started_at TYPE timestamp,
  ALTER COLUMN completed_at TYPE timestamp;
ALTER TABLE migration_status.migration_table_status
  ALTER COLUMN started_at TYPE timestamp,
  ALTER COLUMN completed_at TYPE timestamp,
  ADD PRIMARY KEY (run_id, source_database, source_schema, source_table);
ALTER TABLE migration_status.migration_chunk_status
  ALTER COLUMN chunk_id TYPE integer USING chunk_id::integer,
  ALTER COLUMN started_at TYPE timestamp,
  ALTER COLUMN completed_at TYPE timestamp,
  ADD PRIMARY KEY (run_id, source_database, source_schema, source_table, chunk_id),
  ADD FOREIGN KEY (run_id, source_database, source_schema, source_table)
    REFERENCES migration_status.migration_table_status
    (run_id, source_database, source_schema, source_table) ON DELETE CASCADE;
