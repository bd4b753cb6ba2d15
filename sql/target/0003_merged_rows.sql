-- What a chunk that was merged has made of its rows, counted in its transaction. NULL: it was not
-- merged, or its rows were refused in parts and not counted.
ALTER TABLE snowmelt.chunk_ledger ADD COLUMN inserted bigint, ADD COLUMN updated bigint;

-- The same of changes, which are applied in one transaction.
ALTER TABLE snowmelt.table_ledger
  ADD COLUMN inserted bigint, ADD COLUMN updated bigint, ADD COLUMN deleted bigint;

INSERT INTO snowmelt.migrations (name) VALUES ('0003_merged_rows');
