-- What Snowflake is at work on for a table, by name: found again by any process of the run.

ALTER TABLE migration_status.migration_table_status
  ADD COLUMN source_statements jsonb NOT NULL DEFAULT '{}';

INSERT INTO migration_status.schema_migrations (name) VALUES ('0004_statements');
