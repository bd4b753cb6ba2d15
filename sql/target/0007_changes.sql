-- Tables that are kept by the changes of their source; see docs/decisions/0015-changes.md.

-- The snapshot whose rows the target holds: set in the transaction that completes the table, and
-- the truth until a later run loads it (superseded_by, or chunks of a run that only adds rows).
ALTER TABLE snowmelt.table_ledger ADD COLUMN held_snapshot text;

-- Fingerprint of the source object, columns and filter whose rows these are; see
-- prepare/plan-fingerprint.ts.
ALTER TABLE snowmelt.table_ledger ADD COLUMN content_hash text;

INSERT INTO snowmelt.migrations (name) VALUES ('0007_changes');
