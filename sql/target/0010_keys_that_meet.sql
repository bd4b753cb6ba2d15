-- A key that compares more loosely in the target than in the source: rows of several source keys
-- meet in one row; see docs/decisions/0005-upsert.md.

-- Keys of the chunk that found the row of another key of the source, and took its place or stayed out.
ALTER TABLE snowmelt.chunk_ledger ADD COLUMN keys_met bigint NOT NULL DEFAULT 0;

-- The same of all keys of the source, where delete_missing has compared them: set with missing_done_at.
ALTER TABLE snowmelt.table_ledger ADD COLUMN keys_met bigint;

INSERT INTO snowmelt.migrations (name) VALUES ('0010_keys_that_meet');
