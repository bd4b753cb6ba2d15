-- Gives tables of the earlier tool the shape of 0001 and keeps their rows: missing columns are
-- added, narrow types widened, keys and checks dropped (0003 sets those that are needed).
-- Tables that 0001 has just made pass through unchanged.

-- The tool's own views would keep column types from changing. 0003 makes them anew and gives
-- back the privileges that are remembered here, and drops the table: not a temporary one, since the
-- files may be applied one by one, in sessions of their own.
CREATE TABLE migration_status.remembered_view_privileges AS
SELECT c.relname AS view_name, acl.grantee, acl.privilege_type, acl.is_grantable
FROM pg_class c, aclexplode(c.relacl) acl
WHERE c.relnamespace = 'migration_status'::regnamespace
  AND c.relkind = 'v'
  AND c.relname IN ('v_active_migrations', 'v_table_progress')
  AND acl.grantee <> c.relowner;

DROP VIEW IF EXISTS migration_status.v_active_migrations;
DROP VIEW IF EXISTS migration_status.v_table_progress;

DO $upgrade$
DECLARE
  wanted record;
  present text;
BEGIN
  FOR wanted IN
    SELECT t.table_name, c.column_name, c.type_name
    FROM (VALUES
      ('migration_runs', ARRAY[
        'started_at timestamptz', 'completed_at timestamptz', 'status text', 'config_hash text',
        'total_sources integer', 'total_tables integer', 'completed_tables integer',
        'failed_tables integer', 'total_rows_copied bigint', 'error_message text',
        'metadata jsonb', 'created_by text']),
      ('migration_table_status', ARRAY[
        'source_name text', 'source_database text', 'source_schema text', 'source_table text',
        'target_database text', 'target_schema text', 'target_table text', 'status text',
        'started_at timestamptz', 'completed_at timestamptz', 'total_chunks integer',
        'completed_chunks integer', 'failed_chunks integer', 'total_rows_copied bigint',
        'indexes_disabled boolean', 'indexes_restored boolean', 'error_message text',
        'metadata jsonb']),
      ('migration_chunk_status', ARRAY[
        'source_name text', 'source_database text', 'source_schema text', 'source_table text',
        'target_database text', 'target_schema text', 'target_table text', 'chunk_id text',
        'chunk_range jsonb', 'status text', 'rows_copied bigint', 'started_at timestamptz',
        'completed_at timestamptz', 'retry_count integer', 'error_message text'])
    ) AS t (table_name, columns),
    LATERAL (
      SELECT split_part(word, ' ', 1), split_part(word, ' ', 2) FROM unnest(t.columns) AS word
    ) AS c (column_name, type_name)
  LOOP
    SELECT format_type(a.atttypid, a.atttypmod) INTO present
    FROM pg_attribute a
    WHERE a.attrelid = format('migration_status.%I', wanted.table_name)::regclass
      AND a.attname = wanted.column_name AND NOT a.attisdropped;
    IF present IS NULL THEN
      EXECUTE format('ALTER TABLE migration_status.%I ADD COLUMN %I %s',
        wanted.table_name, wanted.column_name, wanted.type_name);
    ELSIF wanted.type_name = 'timestamptz' AND present LIKE 'timestamp%without time zone' THEN
      -- Such values were written by now() in the server's zone, and are read in it.
      EXECUTE format('ALTER TABLE migration_status.%I ALTER COLUMN %I TYPE timestamptz',
        wanted.table_name, wanted.column_name);
    ELSIF (wanted.type_name = 'text' AND present <> 'text')
      OR (wanted.type_name = 'bigint' AND present IN ('integer', 'smallint'))
      OR (wanted.type_name = 'jsonb' AND present <> 'jsonb')
    THEN
      EXECUTE format(
        'ALTER TABLE migration_status.%1$I ALTER COLUMN %2$I DROP DEFAULT, '
        || 'ALTER COLUMN %2$I TYPE %3$s USING %2$I::%3$s',
        wanted.table_name, wanted.column_name, wanted.type_name);
    END IF;
  END LOOP;
END
$upgrade$;

-- Keys of the earlier tool forbid one source table in two targets, and its checks may not know
-- every status. Foreign keys go first, since they lean on the keys. A foreign key of a table
-- outside this schema stops the upgrade, and PostgreSQL's message names it.
DO $constraints$
DECLARE
  dropped record;
BEGIN
  FOR dropped IN
    SELECT c.conrelid::regclass AS table_name, c.conname
    FROM pg_constraint c
    WHERE c.conrelid IN (
        'migration_status.migration_runs'::regclass,
        'migration_status.migration_table_status'::regclass,
        'migration_status.migration_chunk_status'::regclass)
      AND (c.contype IN ('f', 'c')
        OR c.contype IN ('p', 'u', 'x') AND c.conrelid <> 'migration_status.migration_runs'::regclass)
    ORDER BY c.contype <> 'f'
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', dropped.table_name, dropped.conname);
  END LOOP;
  FOR dropped IN
    SELECT i.indexrelid::regclass AS index_name
    FROM pg_index i
    WHERE i.indisunique AND i.indrelid IN (
        'migration_status.migration_table_status'::regclass,
        'migration_status.migration_chunk_status'::regclass)
  LOOP
    EXECUTE format('DROP INDEX %s', dropped.index_name);
  END LOOP;
END
$constraints$;

ALTER TABLE migration_status.migration_runs
  ALTER COLUMN started_at SET DEFAULT now(),
  ALTER COLUMN status SET DEFAULT 'running',
  ALTER COLUMN total_sources SET DEFAULT 0,
  ALTER COLUMN total_tables SET DEFAULT 0,
  ALTER COLUMN completed_tables SET DEFAULT 0,
  ALTER COLUMN failed_tables SET DEFAULT 0,
  ALTER COLUMN total_rows_copied SET DEFAULT 0,
  ALTER COLUMN created_by SET DEFAULT CURRENT_USER;
ALTER TABLE migration_status.migration_table_status
  ALTER COLUMN status SET DEFAULT 'pending',
  ALTER COLUMN total_chunks SET DEFAULT 0,
  ALTER COLUMN completed_chunks SET DEFAULT 0,
  ALTER COLUMN failed_chunks SET DEFAULT 0,
  ALTER COLUMN total_rows_copied SET DEFAULT 0,
  ALTER COLUMN indexes_disabled SET DEFAULT false,
  ALTER COLUMN indexes_restored SET DEFAULT false;
ALTER TABLE migration_status.migration_chunk_status
  ALTER COLUMN status SET DEFAULT 'pending',
  ALTER COLUMN rows_copied SET DEFAULT 0,
  ALTER COLUMN retry_count SET DEFAULT 0;

INSERT INTO migration_status.schema_migrations (name) VALUES ('0002_upgrade_earlier_tool');
