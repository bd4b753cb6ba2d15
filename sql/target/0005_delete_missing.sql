-- Rows that the source lacks are deleted or marked; see docs/decisions/0014-delete-missing.md.

-- The moment that a run reads its source at; NULL: at none, or a run of before this column.
ALTER TABLE snowmelt.table_ledger ADD COLUMN snapshot_at timestamptz;

-- The table of the source's keys in the schema snowmelt: set in the transaction that makes it, and
-- NULL again in the one that drops it.
ALTER TABLE snowmelt.table_ledger ADD COLUMN keys_table text;

-- Set in the transaction that deletes or marks: how many rows, and how many lost their mark.
ALTER TABLE snowmelt.table_ledger ADD COLUMN missing_done_at timestamptz;
ALTER TABLE snowmelt.table_ledger ADD COLUMN missing_rows bigint;
ALTER TABLE snowmelt.table_ledger ADD COLUMN restored_rows bigint;

-- A chunk of keys: its rows are not the table's.
ALTER TABLE snowmelt.chunk_ledger ADD COLUMN of_keys boolean NOT NULL DEFAULT false;

INSERT INTO snowmelt.migrations (name) VALUES ('0005_delete_missing');
