// Generated from sql/status by scripts/generate-sql.mjs; edit those files instead.
export const migrations: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: '0001_tables',
    sql: `-- Runs, tables and chunks, with the columns that monitoring queries of the earlier tool read.
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
`,
  },
  {
    name: '0002_upgrade_earlier_tool',
    sql: `-- Gives tables of the earlier tool the shape of 0001 and keeps their rows: missing columns are
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
`,
  },
  {
    name: '0003_queue',
    sql: `-- What makes the tables a queue: keys, plans, owners, leases; and the views that one watches it by.

ALTER TABLE migration_status.migration_runs
  ADD COLUMN execution_hash text,
  ADD COLUMN snapshot json,
  -- The process that has the run; NULL in a run of the earlier tool.
  ADD COLUMN owner text,
  -- Rises with every claim of the run, so that an owner who was away can tell.
  ADD COLUMN owner_epoch integer NOT NULL DEFAULT 0;

ALTER TABLE migration_status.migration_table_status
  ADD COLUMN table_key text,
  ADD COLUMN table_hash text,
  ADD COLUMN ordinal integer NOT NULL DEFAULT 0,
  -- json, not jsonb: jsonb refuses the U+0000 that a range of text keys may hold.
  ADD COLUMN plan json,
  ADD COLUMN planned boolean NOT NULL DEFAULT false,
  ADD COLUMN total_bytes bigint NOT NULL DEFAULT 0,
  -- When the counters of this row were last taken from its chunks.
  ADD COLUMN counted_at timestamptz;

ALTER TABLE migration_status.migration_chunk_status
  ADD COLUMN table_key text,
  -- 'keys': keys of a source that rows are compared with (delete_missing), worked like the others, and
  -- no part of a table's chunks and rows.
  ADD COLUMN kind text NOT NULL DEFAULT 'load',
  ADD COLUMN ordinal bigint GENERATED BY DEFAULT AS IDENTITY,
  -- The chunk as the source planned it.
  ADD COLUMN plan json,
  ADD COLUMN expected_rows bigint,
  ADD COLUMN expected_bytes bigint,
  ADD COLUMN bytes bigint,
  -- Who has the chunk, or had it last.
  ADD COLUMN worker_id text,
  -- Rises with every lease; a result that names an older one is refused.
  ADD COLUMN generation integer NOT NULL DEFAULT 0,
  ADD COLUMN lease_expires_at timestamptz,
  -- The last change made to the chunk, so that a repetition after a lost reply is known.
  ADD COLUMN last_event uuid;

-- Rows of the earlier tool: the table's key is made of all its names. Its chunks may not name the
-- target; they follow the table that they fit.
UPDATE migration_status.migration_table_status t
SET table_key = k.table_key
FROM (
  SELECT ctid AS id, names || CASE WHEN n > 1 THEN ' #' || n ELSE '' END AS table_key
  FROM (
    SELECT ctid, names, row_number() OVER (PARTITION BY run_id, names ORDER BY ctid) AS n
    FROM migration_status.migration_table_status,
      LATERAL concat_ws('/', source_name,
        concat_ws('.', source_database, source_schema, source_table),
        concat_ws('.', target_database, target_schema, target_table)) AS names
  ) numbered
) k
WHERE t.ctid = k.id;

UPDATE migration_status.migration_chunk_status c
SET table_key = t.table_key,
  source_database = coalesce(c.source_database, t.source_database),
  source_schema = coalesce(c.source_schema, t.source_schema),
  target_database = coalesce(c.target_database, t.target_database),
  target_schema = coalesce(c.target_schema, t.target_schema),
  target_table = coalesce(c.target_table, t.target_table)
FROM migration_status.migration_table_status t
WHERE t.run_id = c.run_id
  AND coalesce(t.source_name = c.source_name, true)
  AND coalesce(t.source_database = c.source_database, true)
  AND coalesce(t.source_schema = c.source_schema, true)
  AND coalesce(t.source_table = c.source_table, true)
  AND coalesce(t.target_database = c.target_database, true)
  AND coalesce(t.target_schema = c.target_schema, true)
  AND coalesce(t.target_table = c.target_table, true);

UPDATE migration_status.migration_chunk_status c
SET table_key = k.table_key
FROM (
  SELECT ctid AS id, names || CASE WHEN n > 1 THEN ' #' || n ELSE '' END AS table_key
  FROM (
    SELECT ctid, names, row_number() OVER (PARTITION BY run_id, names, chunk_id ORDER BY ctid) AS n
    FROM migration_status.migration_chunk_status,
      LATERAL coalesce(table_key, concat_ws('/', source_name,
        concat_ws('.', source_database, source_schema, source_table),
        concat_ws('.', target_database, target_schema, target_table))) AS names
  ) numbered
) k
WHERE c.ctid = k.id AND c.table_key IS DISTINCT FROM k.table_key;

DO $run_key$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_constraint c
    WHERE c.conrelid = 'migration_status.migration_runs'::regclass AND c.contype IN ('p', 'u')
      AND (SELECT array_agg(attname::text) FROM pg_attribute
           WHERE attrelid = c.conrelid AND attnum = ANY (c.conkey)) = ARRAY['run_id']
  ) THEN
    IF EXISTS (
      SELECT FROM pg_constraint
      WHERE conrelid = 'migration_status.migration_runs'::regclass AND contype = 'p'
    ) THEN
      ALTER TABLE migration_status.migration_runs
        ADD CONSTRAINT migration_runs_run_id_key UNIQUE (run_id);
    ELSE
      ALTER TABLE migration_status.migration_runs
        ADD CONSTRAINT migration_runs_pkey PRIMARY KEY (run_id);
    END IF;
  END IF;
END
$run_key$;

ALTER TABLE migration_status.migration_table_status
  ALTER COLUMN table_key SET NOT NULL,
  ADD CONSTRAINT migration_table_status_pkey PRIMARY KEY (run_id, table_key);
ALTER TABLE migration_status.migration_chunk_status
  ALTER COLUMN table_key SET NOT NULL,
  ADD CONSTRAINT migration_chunk_status_pkey PRIMARY KEY (run_id, table_key, chunk_id);

-- NOT VALID: what the earlier tool has written stays as it is.
ALTER TABLE migration_status.migration_runs
  ADD CONSTRAINT migration_runs_status_check
  CHECK (status IN ('running', 'completed', 'failed', 'partial')) NOT VALID;
ALTER TABLE migration_status.migration_table_status
  ADD CONSTRAINT migration_table_status_status_check
  CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'skipped')) NOT VALID,
  ADD CONSTRAINT migration_table_status_run_fkey FOREIGN KEY (run_id)
  REFERENCES migration_status.migration_runs (run_id) ON DELETE CASCADE NOT VALID;
ALTER TABLE migration_status.migration_chunk_status
  ADD CONSTRAINT migration_chunk_status_status_check
  CHECK (status IN ('pending', 'in_progress', 'completed', 'failed')) NOT VALID,
  ADD CONSTRAINT migration_chunk_status_kind_check CHECK (kind IN ('extract', 'keys', 'load')) NOT VALID,
  ADD CONSTRAINT migration_chunk_status_table_fkey FOREIGN KEY (run_id, table_key)
  REFERENCES migration_status.migration_table_status (run_id, table_key)
  ON DELETE CASCADE NOT VALID;

CREATE INDEX migration_runs_execution_hash_idx
  ON migration_status.migration_runs (execution_hash, started_at DESC);
CREATE INDEX migration_runs_started_at_idx ON migration_status.migration_runs (started_at DESC);

-- In the order in which chunks are leased: 'load' before 'extract', then as planned. Finished
-- chunks are not in it, so taking a chunk costs the same at the end of a long table as at its start.
CREATE INDEX migration_chunk_status_open_idx
  ON migration_status.migration_chunk_status (run_id, table_key, kind DESC, ordinal)
  WHERE status IN ('pending', 'in_progress');

-- Every chunk is updated a few times in a short while.
ALTER TABLE migration_status.migration_chunk_status SET (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.05
);

-- Which run has, or had last, each target table. A run that finds another's name here must not go
-- on with the table: the other run may have emptied it.
CREATE TABLE migration_status.table_claims (
  target_database text NOT NULL,
  target_schema text NOT NULL,
  target_table text NOT NULL,
  run_id uuid NOT NULL,
  owner text NOT NULL,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (target_database, target_schema, target_table)
);

COMMENT ON COLUMN migration_status.migration_table_status.indexes_disabled IS
  'The run has dropped indexes or constraints of the target for its load, or took over those of an earlier run';
COMMENT ON COLUMN migration_status.migration_table_status.indexes_restored IS
  'All of them are back, by this run; what snowmelt repair brings back later is not told here';

-- The columns that monitoring of the earlier tool reads in these views, with its meaning, stand after ours:
-- run_status, duration_seconds, tables_in_progress, chunks_in_progress, chunks_failed and
-- completion_percentage. As there, a run that ended with work left (partial) is still active.
CREATE VIEW migration_status.v_active_migrations AS
SELECT
  r.run_id,
  r.status,
  r.started_at,
  coalesce(r.completed_at, now()) - r.started_at AS elapsed,
  r.owner,
  r.total_sources,
  r.total_tables,
  r.completed_tables,
  r.failed_tables,
  t.total_chunks,
  t.completed_chunks,
  t.failed_chunks,
  t.total_rows_copied,
  round(100.0 * t.completed_chunks / nullif(t.total_chunks, 0), 1) AS percent_complete,
  r.error_message,
  r.metadata,
  r.status AS run_status,
  extract(epoch FROM coalesce(r.completed_at, now()) - r.started_at) AS duration_seconds,
  coalesce(t.tables_in_progress, 0) AS tables_in_progress,
  coalesce(c.chunks_in_progress, 0) AS chunks_in_progress,
  coalesce(c.chunks_failed, 0) AS chunks_failed
FROM migration_status.migration_runs r
LEFT JOIN LATERAL (
  SELECT
    sum(total_chunks) AS total_chunks,
    sum(completed_chunks) AS completed_chunks,
    sum(failed_chunks) AS failed_chunks,
    sum(total_rows_copied) AS total_rows_copied,
    count(*) FILTER (WHERE status = 'in_progress') AS tables_in_progress
  FROM migration_status.migration_table_status
  WHERE run_id = r.run_id
) t ON true
LEFT JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE status = 'in_progress') AS chunks_in_progress,
    count(*) FILTER (WHERE status = 'failed') AS chunks_failed
  FROM migration_status.migration_chunk_status
  WHERE run_id = r.run_id
) c ON true
WHERE r.status IN ('running', 'partial');

COMMENT ON VIEW migration_status.v_active_migrations IS
  'Runs that go on, and those that ended with work left. Rows and total_chunks, completed_chunks and failed_chunks are those of the table rows: a few seconds old at most.';

-- The counters of a table row are brought up to date every few seconds; here the chunks of tables in
-- progress are counted themselves.
CREATE VIEW migration_status.v_table_progress AS
SELECT
  p.*,
  round(100.0 * p.completed_chunks / greatest(p.total_chunks, 1), 2) AS completion_percentage,
  extract(epoch FROM p.elapsed) AS duration_seconds
FROM (
  SELECT
    t.run_id,
    t.source_name,
    t.source_database,
    t.source_schema,
    t.source_table,
    t.target_database,
    t.target_schema,
    t.target_table,
    t.status,
    coalesce(c.total_chunks, t.total_chunks) AS total_chunks,
    coalesce(c.completed_chunks, t.completed_chunks) AS completed_chunks,
    coalesce(c.failed_chunks, t.failed_chunks) AS failed_chunks,
    c.leased_chunks,
    coalesce(c.total_rows_copied, t.total_rows_copied) AS total_rows_copied,
    round(100.0 * coalesce(c.completed_chunks, t.completed_chunks)
      / nullif(coalesce(c.total_chunks, t.total_chunks), 0), 1) AS percent_complete,
    t.started_at,
    t.completed_at,
    coalesce(t.completed_at, now()) - t.started_at AS elapsed,
    t.error_message,
    t.indexes_disabled,
    t.indexes_restored
  FROM migration_status.migration_table_status t
  LEFT JOIN LATERAL (
    SELECT
      count(*) FILTER (WHERE kind = 'load') AS total_chunks,
      count(*) FILTER (WHERE kind = 'load' AND status = 'completed') AS completed_chunks,
      count(*) FILTER (WHERE kind = 'load' AND status = 'failed') AS failed_chunks,
      count(*) FILTER (WHERE status = 'in_progress') AS leased_chunks,
      coalesce(sum(rows_copied) FILTER (WHERE kind = 'load'), 0) AS total_rows_copied
    FROM migration_status.migration_chunk_status
    WHERE run_id = t.run_id AND table_key = t.table_key
    HAVING count(*) > 0
  ) c ON t.status = 'in_progress'
) p;

-- What 0002 has remembered.
DO $privileges$
DECLARE
  remembered record;
BEGIN
  FOR remembered IN
    SELECT p.view_name, p.privilege_type, p.is_grantable,
      CASE WHEN p.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS grantee
    FROM migration_status.remembered_view_privileges p
    LEFT JOIN pg_roles r ON r.oid = p.grantee
  LOOP
    EXECUTE format('GRANT %s ON migration_status.%I TO %s%s', remembered.privilege_type,
      remembered.view_name, remembered.grantee,
      CASE WHEN remembered.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
END
$privileges$;

DROP TABLE migration_status.remembered_view_privileges;

-- Several processes on one run: who they are and when they were last seen, whose it is while none of
-- them holds it, and which tables are ready for others than the owner.

-- Every process at work on a run, the owner among them.
CREATE TABLE migration_status.migration_workers (
  run_id uuid NOT NULL
    REFERENCES migration_status.migration_runs (run_id) ON DELETE CASCADE,
  -- Of a chunk in its hands, migration_chunk_status.worker_id starts with it.
  worker_id text NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  version text NOT NULL DEFAULT '',
  started_at timestamptz NOT NULL DEFAULT now(),
  -- Renewed every ten seconds.
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  -- NULL: it is at work, or was killed, which last_seen_at tells.
  ended_at timestamptz,
  waits_for text,
  waits_since timestamptz,
  PRIMARY KEY (run_id, worker_id)
);

ALTER TABLE migration_status.migration_runs
  -- Between the processes of a distributed run: nobody else takes its tables for so many seconds
  -- after held_since, or last_seen_at of any of its workers. NULL: it is owned by the process that
  -- holds its lock.
  ADD COLUMN held_since timestamptz,
  ADD COLUMN hold_seconds integer,
  -- Which plans the owner writes and reads: workers that know others don't help.
  ADD COLUMN plan_format integer;

ALTER TABLE migration_status.migration_table_status
  -- Others than the owner may work the chunks; another one each time that the table is prepared.
  ADD COLUMN gate uuid,
  -- What Snowflake is at work on for a table, by name: found again by any process of the run.
  ADD COLUMN source_statements jsonb NOT NULL DEFAULT '{}';

INSERT INTO migration_status.schema_migrations (name) VALUES ('0003_queue');
`,
  },
];
