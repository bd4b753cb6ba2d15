-- A chunk that took longer than a process lives: it has no rows, and so many pieces are loaded in its
-- place. NULL: it is loaded.
ALTER TABLE snowmelt.chunk_ledger ADD COLUMN divided_into integer;

INSERT INTO snowmelt.migrations (name) VALUES ('0002_divided_chunks');
