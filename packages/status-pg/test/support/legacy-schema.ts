/**
 * The status schema as the earlier tool left it: the columns of docs, keys by names of the source
 * alone, narrower types, a foreign key, checks, views with privileges.
 */
export const legacySchema = `
  CREATE SCHEMA migration_status;
  CREATE TABLE migration_status.migration_runs (
    run_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    started_at timestamp NOT NULL DEFAULT now(),
    completed_at timestamp,
    status varchar(20) NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'partial')),
    config_hash varchar(64) NOT NULL,
    total_sources integer NOT NULL DEFAULT 0,
    total_tables integer NOT NULL DEFAULT 0,
    completed_tables integer NOT NULL DEFAULT 0,
    failed_tables integer NOT NULL DEFAULT 0,
    total_rows_copied integer NOT NULL DEFAULT 0,
    error_message text,
    metadata jsonb,
    created_by varchar(100) DEFAULT current_user
  );
  CREATE TABLE migration_status.migration_table_status (
    run_id uuid NOT NULL REFERENCES migration_status.migration_runs ON DELETE CASCADE,
    source_name varchar(100) NOT NULL,
    source_database varchar(100),
    source_schema varchar(100),
    source_table varchar(100) NOT NULL,
    target_database varchar(100),
    target_schema varchar(100),
    target_table varchar(100),
    status varchar(20) NOT NULL CHECK (status IN ('pending', 'in_progress', 'completed', 'failed')),
    started_at timestamp,
    completed_at timestamp,
    total_chunks integer DEFAULT 0,
    completed_chunks integer DEFAULT 0,
    failed_chunks integer DEFAULT 0,
    total_rows_copied bigint DEFAULT 0,
    indexes_disabled boolean DEFAULT false,
    indexes_restored boolean DEFAULT false,
    error_message text,
    metadata jsonb,
    PRIMARY KEY (run_id, source_name, source_table)
  );
  CREATE TABLE migration_status.migration_chunk_status (
    run_id uuid NOT NULL,
    source_name varchar(100) NOT NULL,
    source_table varchar(100) NOT NULL,
    chunk_id integer NOT NULL,
    chunk_range jsonb,
    status varchar(20) NOT NULL,
    rows_copied bigint DEFAULT 0,
    started_at timestamp,
    completed_at timestamp,
    retry_count integer DEFAULT 0,
    error_message text,
    PRIMARY KEY (run_id, source_name, source_table, chunk_id),
    FOREIGN KEY (run_id, source_name, source_table)
      REFERENCES migration_status.migration_table_status ON DELETE CASCADE
  );
  CREATE INDEX idx_chunk_status ON migration_status.migration_chunk_status (status);
  CREATE UNIQUE INDEX one_target
    ON migration_status.migration_table_status (run_id, source_table);
  CREATE VIEW migration_status.v_active_migrations AS
    SELECT run_id, status FROM migration_status.migration_runs WHERE status = 'running';
  CREATE VIEW migration_status.v_table_progress AS
    SELECT run_id, source_table, total_rows_copied FROM migration_status.migration_table_status;
  INSERT INTO migration_status.migration_runs
    (run_id, started_at, completed_at, status, config_hash, total_rows_copied, metadata)
  VALUES ('11111111-1111-4111-8111-111111111111', '2025-05-01 10:00', '2025-05-01 11:00',
    'completed', 'abc', 2000000000, '{"execution_hash": "execution", "source_names": ["old"]}'),
    ('22222222-2222-4222-8222-222222222222', '2025-05-02 10:00', NULL, 'running', 'abc', 5, '{}');
  INSERT INTO migration_status.migration_table_status
    (run_id, source_name, source_database, source_schema, source_table,
     target_database, target_schema, target_table, status, total_chunks, completed_chunks,
     total_rows_copied)
  VALUES ('11111111-1111-4111-8111-111111111111', 'old', 'SRC', 'PUBLIC', 'T1',
    'dst', 'public', 't1', 'completed', 2, 2, 30),
    ('22222222-2222-4222-8222-222222222222', 'old', 'SRC', 'PUBLIC', 'T1',
    'dst', 'public', 't1', 'in_progress', 1, 0, 5);
  INSERT INTO migration_status.migration_chunk_status
    (run_id, source_name, source_table, chunk_id, chunk_range, status, rows_copied)
  VALUES ('11111111-1111-4111-8111-111111111111', 'old', 'T1', 1, '{"a": 1}', 'completed', 10),
    ('11111111-1111-4111-8111-111111111111', 'old', 'T1', 2, '{"a": 2}', 'completed', 20),
    ('22222222-2222-4222-8222-222222222222', 'old', 'T1', 1, '{"a": 1}', 'in_progress', 5);
`;
