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

-- Set in the transaction that drops: once a run.
ALTER TABLE snowmelt.table_ledger ADD COLUMN indexes_dropped_at timestamptz;

COMMENT ON TABLE snowmelt.index_ledger IS 'Snowmelt: indexes and constraints dropped for a load, until they are back';

INSERT INTO snowmelt.migrations (name) VALUES ('0002_index_ledger');
