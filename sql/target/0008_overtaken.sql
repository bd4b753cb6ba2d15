-- A run reads at its own point in time: once a later one has begun on the same table, its rows are
-- the older ones and may not follow.

-- The later run that has begun to load the same source table into the target. Other than with
-- superseded_by, what this run has loaded is still there.
ALTER TABLE snowmelt.table_ledger ADD COLUMN overtaken_by text;

-- When `snowmelt repair` has removed what the run had gathered for a swap: it may not go on.
ALTER TABLE snowmelt.table_ledger ADD COLUMN abandoned_at timestamptz;

UPDATE snowmelt.table_ledger t
SET overtaken_by = (
  SELECT l.run_id FROM snowmelt.table_ledger l
  WHERE l.target_schema = t.target_schema AND l.target_table = t.target_table
    AND l.table_key = t.table_key AND l.run_id <> t.run_id AND l.prepared_at > t.prepared_at
  ORDER BY l.prepared_at DESC
  LIMIT 1);

INSERT INTO snowmelt.migrations (name) VALUES ('0008_overtaken');
