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
  -- Fingerprint of what decides which rows go where; see prepare/plan-fingerprint.ts.
  plan_hash text NOT NULL,
  prepared_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Set in the transaction that empties the table for this run.
  truncated_at timestamptz,
  -- The later run that emptied the table: this run's rows are gone and it may not go on.
  superseded_by text,
  published_at timestamptz,
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
  PRIMARY KEY (run_id, table_key, chunk_id)
);

COMMENT ON TABLE snowmelt.table_ledger IS 'Snowmelt: what each run has done to a target table';
COMMENT ON TABLE snowmelt.chunk_ledger IS 'Snowmelt: chunks whose rows are in, written with them';

INSERT INTO snowmelt.migrations (name) VALUES ('0001_ledger');
