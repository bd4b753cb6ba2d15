-- Runs, tables and chunks, with the columns that monitoring queries of the earlier tool read.
-- Where that tool has made the tables already, these statements leave them to 0002.

-- Not IF NOT EXISTS: that asks for the right to create schemas also where there is nothing to do.
DO $schema$
BEGIN
  IF to_regnamespace('migration_status') IS NULL THEN
    CREATE SCHEMA migration_status;
  END IF;
END
$schema$;

-- Each of these files writes its own name down, so that it does not matter who applies it.
CREATE TABLE IF NOT EXISTS migration_status.schema_migrations (
  name text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS migration_status.migration_runs (
  run_id uuid NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  status text NOT NULL DEFAULT 'running',
  config_hash text,
  total_sources integer DEFAULT 0,
  total_tables integer DEFAULT 0,
  completed_tables integer DEFAULT 0,
  failed_tables integer DEFAULT 0,
  total_rows_copied bigint DEFAULT 0,
  error_message text,
  metadata jsonb,
  created_by text DEFAULT CURRENT_USER
);

CREATE TABLE IF NOT EXISTS migration_status.migration_table_status (
  run_id uuid NOT NULL,
  source_name text,
  source_database text,
  source_schema text,
  source_table text,
  target_database text,
  target_schema text,
  target_table text,
  status text NOT NULL DEFAULT 'pending',
  started_at timestamptz,
  completed_at timestamptz,
  total_chunks integer DEFAULT 0,
  completed_chunks integer DEFAULT 0,
  failed_chunks integer DEFAULT 0,
  total_rows_copied bigint DEFAULT 0,
  indexes_disabled boolean DEFAULT false,
  indexes_restored boolean DEFAULT false,
  error_message text,
  metadata jsonb
);

CREATE TABLE IF NOT EXISTS migration_status.migration_chunk_status (
  run_id uuid NOT NULL,
  source_name text,
  source_database text,
  source_schema text,
  source_table text,
  target_database text,
  target_schema text,
  target_table text,
  chunk_id text NOT NULL,
  chunk_range jsonb,
  status text NOT NULL DEFAULT 'pending',
  rows_copied bigint DEFAULT 0,
  started_at timestamptz,
  completed_at timestamptz,
  retry_count integer DEFAULT 0,
  error_message text
);

INSERT INTO migration_status.schema_migrations (name) VALUES ('0001_tables');
