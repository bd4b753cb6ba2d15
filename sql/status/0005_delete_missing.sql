-- Keys of a source that rows are compared with (delete_missing) are chunks of their own kind: worked
-- like the others, and no part of a table's chunks and rows.

ALTER TABLE migration_status.migration_chunk_status
  DROP CONSTRAINT migration_chunk_status_kind_check,
  ADD CONSTRAINT migration_chunk_status_kind_check
  CHECK (kind IN ('extract', 'keys', 'load')) NOT VALID;

INSERT INTO migration_status.schema_migrations (name) VALUES ('0005_delete_missing');
