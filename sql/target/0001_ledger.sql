-- The ledger: what each run has done to this database, written in the transactions that did it.
-- It decides alone whether rows are in; the status store only follows it.

-- Not IF NOT EXISTS: that asks for the right to create schemas also where there is nothing to do.
DO $schema$
BEGIN
  IF to_regnamespace('snowmelt') IS NULL THEN
    CREATE SCHEMA snowmelt;
  END IF;
END
$schema$;

-- Each of these files writes its own name down, so that it does not matter who applies it.
CREATE TABLE IF NOT EXISTS snowmelt.migrations (
  name text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE snowmelt.table_ledger (
  run_id text NOT NULL,
  table_key text NOT NULL,
  target_schema text NOT NULL,
  target_table text NOT NULL,
  mode text NOT NULL,
  -- How the run loads the table: what it takes to load a refused row again.
  plan json,
  -- Fingerprint of what decides which rows go where; see ledger/plan-fingerprint.ts.
  plan_hash text NOT NULL,
  -- Fingerprint of the source object, columns and filter whose rows these are.
  content_hash text,
  prepared_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The moment that a run reads its source at; NULL: at none.
  snapshot_at timestamptz,
  -- Where an incremental load began to read. A later one begins no higher while this run is unfinished.
  watermark_from text,

  -- Set in the transaction that empties the table for this run.
  truncated_at timestamptz,
  -- Set in the transaction that drops indexes: once a run.
  indexes_dropped_at timestamptz,
  published_at timestamptz,
  -- The later run that emptied the table: this run's rows are gone and it may not go on.
  superseded_by text,
  -- The later run that has begun to load the same source table into the target. Other than with
  -- superseded_by, what this run has loaded is still there; but a run reads at its own point in time,
  -- so that its rows are the older ones and may not follow.
  overtaken_by text,

  -- What of a run stands in its table: people truncate, alter and delete between a stop and the next
  -- command; see docs/decisions/0017-whose-rows.md. Oid of the table and file nodes of its leaves as
  -- the run has left them.
  identity jsonb,
  -- Set where the run has gone on with chunks of an earlier invocation.
  resumed_at timestamptz,
  -- How often the run has begun the table anew, since what it had loaded was gone.
  restarts integer NOT NULL DEFAULT 0,

  -- Full refresh by swap, see docs/decisions/0007-swap.md: the shadow's name in the schema snowmelt,
  -- set in the transaction that makes it, and NULL again in the one that drops it.
  shadow text,
  -- Set in the transaction that puts the run's rows in place.
  swapped_at timestamptz,
  -- When `snowmelt repair` has removed what the run had gathered for a swap: it may not go on.
  abandoned_at timestamptz,

  -- Rows that the source lacks, see docs/decisions/0014-delete-missing.md: the table of the source's
  -- keys in the schema snowmelt, set in the transaction that makes it, and NULL again in the one that
  -- drops it.
  keys_table text,
  -- Set in the transaction that deletes or marks: how many rows, how many lost their mark, and how many
  -- keys of the source met in the row of another.
  missing_done_at timestamptz,
  missing_rows bigint,
  restored_rows bigint,
  keys_met bigint,

  -- Tables that are kept by changes, see docs/decisions/0015-changes.md: the snapshot whose rows the
  -- target holds. Set in the transaction that completes the table, and the truth until a later run loads
  -- it (superseded_by, or chunks of a run that only adds rows).
  held_snapshot text,
  -- What changes, which are applied in one transaction, have made of the target's rows.
  inserted bigint,
  updated bigint,
  deleted bigint,
  PRIMARY KEY (run_id, table_key)
);

CREATE INDEX table_ledger_target ON snowmelt.table_ledger (target_schema, target_table);

-- One row a chunk. Its key makes a second loader of the chunk wait, and then find it done.
CREATE TABLE snowmelt.chunk_ledger (
  run_id text NOT NULL,
  table_key text NOT NULL,
  chunk_id text NOT NULL,
  rows bigint NOT NULL DEFAULT 0,
  -- Bytes of canonical CSV.
  bytes bigint NOT NULL DEFAULT 0,
  loaded_at timestamptz,
  -- A chunk of keys: its rows are not the table's.
  of_keys boolean NOT NULL DEFAULT false,
  -- Rows of the chunk that are in rejected_rows and not in the target; `rows` does not count them.
  rejected bigint NOT NULL DEFAULT 0,
  -- Keys of the chunk that found the row of another key of the source, and took its place or stayed out:
  -- the key compares more loosely in the target than in the source; see docs/decisions/0005-upsert.md.
  keys_met bigint NOT NULL DEFAULT 0,
  -- The transaction that loaded the chunk (all 64 bits, for its age), and the ids that its rows carry
  -- in xmin: its own, and those of its savepoints.
  xact bigint,
  xids xid[],
  -- Rows that the chunk has written; fewer than its rows where a merge left some alone. NULL: not known.
  written bigint,
  -- What a merge has made of its rows, counted in its transaction. NULL: they were not merged, or were
  -- refused in parts and not counted.
  inserted bigint,
  updated bigint,
  -- A chunk that took longer than a process lives: it has no rows, and so many pieces are loaded in its
  -- place. NULL: it is loaded.
  divided_into integer,
  PRIMARY KEY (run_id, table_key, chunk_id)
);

COMMENT ON TABLE snowmelt.table_ledger IS 'Snowmelt: what each run has done to a target table';
COMMENT ON COLUMN snowmelt.table_ledger.watermark_from IS
  'The watermark that the run reads from, as canonical text; null: it reads all rows';
COMMENT ON TABLE snowmelt.chunk_ledger IS 'Snowmelt: chunks whose rows are in, written with them';

-- The index ledger: what was taken off a table for its load, written in the transaction that
-- dropped it. A row that is not `rebuilt` is owed to the table, whoever dropped it.
CREATE TABLE snowmelt.index_ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The run that dropped it, or the later one that took it over.
  run_id text NOT NULL,
  table_key text NOT NULL,
  target_schema text NOT NULL,
  target_table text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('index', 'unique', 'primary_key', 'foreign_key')),
  -- Of the index, and of the constraint on it: PostgreSQL keeps both names the same.
  name text NOT NULL,
  -- pg_get_indexdef, or of a foreign key pg_get_constraintdef; every name in it has its schema.
  definition text NOT NULL,
  -- pg_get_constraintdef of a unique or primary key.
  constraint_definition text,
  -- DEFERRABLE, DEFERRABLE INITIALLY DEFERRED or empty.
  deferral text NOT NULL DEFAULT '',
  -- NULL: the database's own.
  tablespace text,
  index_comment text,
  constraint_comment text,
  clustered boolean NOT NULL DEFAULT false,
  replica_identity boolean NOT NULL DEFAULT false,
  -- Of an index on expressions: [{"column": 1, "target": 500}].
  statistics jsonb NOT NULL DEFAULT '[]',
  -- What finds the rows that a unique index refuses.
  key_expressions text[] NOT NULL DEFAULT '{}',
  predicate text,
  nulls_equal boolean NOT NULL DEFAULT false,
  -- Of a foreign key. Not validated before: not validated after.
  referenced_schema text,
  referenced_table text,
  validated boolean NOT NULL DEFAULT true,
  -- built: the index is there, but not yet its constraint, marks and comments; of a foreign key,
  -- that it is there and not yet validated. failed: the rows do not allow it, see error.
  state text NOT NULL DEFAULT 'dropped' CHECK (state IN ('dropped', 'built', 'rebuilt', 'failed')),
  error text,
  dropped_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  rebuilt_at timestamptz
);

CREATE UNIQUE INDEX index_ledger_owed
  ON snowmelt.index_ledger (target_schema, target_table, (kind = 'foreign_key'), name)
  WHERE state <> 'rebuilt';

COMMENT ON TABLE snowmelt.index_ledger IS 'Snowmelt: indexes and constraints dropped for a load, until they are back';

-- Rows that the target refused (on_row_error: quarantine), written with the chunk whose other rows
-- are in; see docs/decisions/0010-rejected-rows.md.
CREATE TABLE snowmelt.rejected_rows (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL,
  table_key text NOT NULL,
  chunk_id text NOT NULL,
  -- The row's number in the chunk, from 1. NULL: it was refused when the chunk was merged.
  row_in_chunk bigint,
  -- A row of canonical CSV without its LF: bytes, since it may hold what no text can. To read it:
  -- convert_from(row_text, 'UTF8'), or encode(row_text, 'escape').
  row_text bytea NOT NULL,
  sqlstate text NOT NULL,
  message text NOT NULL,
  column_name text,
  rejected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Set in the transaction that puts the row into the target after all.
  loaded_at timestamptz
);

CREATE INDEX rejected_rows_chunk ON snowmelt.rejected_rows (run_id, table_key, chunk_id);

-- superseded: a later run has emptied the table or put other rows in its place, or has read all
-- rows of the source again and merged them, so that the row is of no use any more.
CREATE VIEW snowmelt.rejects AS
SELECT r.id, r.run_id, r.table_key, r.chunk_id, t.target_schema, t.target_table, r.row_in_chunk, r.row_text,
       r.sqlstate, r.message, r.column_name, r.rejected_at, r.loaded_at,
       CASE
         WHEN r.loaded_at IS NOT NULL THEN 'loaded'
         WHEN t.superseded_by IS NOT NULL OR EXISTS (
           SELECT 1 FROM snowmelt.table_ledger l
           WHERE l.target_schema = t.target_schema AND l.target_table = t.target_table
             AND l.table_key = t.table_key AND l.run_id <> t.run_id
             AND l.mode IN ('upsert', 'insert-only') AND l.watermark_from IS NULL
             AND l.published_at > r.rejected_at AND l.prepared_at > t.prepared_at
         ) THEN 'superseded'
         ELSE 'open'
       END AS state
FROM snowmelt.rejected_rows r
JOIN snowmelt.table_ledger t ON t.run_id = r.run_id AND t.table_key = r.table_key;

COMMENT ON TABLE snowmelt.rejected_rows IS 'Snowmelt: rows that the target refused, and why';
COMMENT ON VIEW snowmelt.rejects IS 'Snowmelt: refused rows with their target and what became of them';

-- Which columns of a target runs have fed from a source table: a column that is not fed any more, and
-- one that is fed for the first time, are seen by it; see docs/decisions/0019-columns-not-fed.md.
CREATE TABLE snowmelt.fed_columns (
  target_schema text NOT NULL,
  target_table text NOT NULL,
  table_key text NOT NULL,
  -- Of the target.
  column_name text NOT NULL,
  -- NULL: the column of delete_missing: soft, which the run itself writes.
  source_column text,
  -- As the source spells it.
  source_type text,
  -- Among the columns that the run feeds, from 1.
  position integer NOT NULL,
  -- pg_class.oid and pg_attribute.attnum, by which a renamed column is found again. NULL: not known.
  relation oid,
  attribute smallint,
  -- A run that feeds it has come to its end: rows that are there have its values, or were told not to.
  filled boolean NOT NULL DEFAULT false,
  PRIMARY KEY (target_schema, target_table, table_key, column_name)
);

COMMENT ON TABLE snowmelt.fed_columns IS 'Snowmelt: columns of targets that runs have fed';

INSERT INTO snowmelt.migrations (name) VALUES ('0001_ledger');
