import { query } from './open-store.ts';

/**
 * What the earlier tool runs at each start: its tables where they are missing, and its views anew.
 * Columns, types, keys and checks are those of its public sources.
 */
const itsStart = `
  CREATE SCHEMA IF NOT EXISTS migration_status;
  CREATE TABLE IF NOT EXISTS migration_status.migration_runs (
    run_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    started_at timestamp NOT NULL DEFAULT now(), completed_at timestamp,
    status varchar(20) NOT NULL DEFAULT 'running'
      CHECK (status IN ('running', 'completed', 'failed', 'partial')),
    config_hash varchar(64), total_sources int DEFAULT 0, total_tables int DEFAULT 0,
    completed_tables int DEFAULT 0, failed_tables int DEFAULT 0, total_rows_copied bigint DEFAULT 0,
    error_message text, metadata jsonb, created_by varchar(255),
    CHECK (completed_at >= started_at));
  CREATE TABLE IF NOT EXISTS migration_status.migration_table_status (
    run_id uuid NOT NULL REFERENCES migration_status.migration_runs ON DELETE CASCADE,
    source_name varchar(255) NOT NULL, source_database varchar(255) NOT NULL,
    source_schema varchar(255) NOT NULL, source_table varchar(255) NOT NULL,
    target_database varchar(255) NOT NULL, target_schema varchar(255) NOT NULL,
    target_table varchar(255) NOT NULL,
    status varchar(20) NOT NULL DEFAULT 'pending'
      CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'skipped')),
    started_at timestamp, completed_at timestamp, total_chunks int DEFAULT 0,
    completed_chunks int DEFAULT 0, failed_chunks int DEFAULT 0,
    total_rows_copied bigint DEFAULT 0, indexes_disabled boolean DEFAULT false,
    indexes_restored boolean DEFAULT false, error_message text, metadata jsonb,
    PRIMARY KEY (run_id, source_database, source_schema, source_table));
  CREATE TABLE IF NOT EXISTS migration_status.migration_chunk_status (
    run_id uuid NOT NULL, source_database varchar(255) NOT NULL,
    source_schema varchar(255) NOT NULL, source_table varchar(255) NOT NULL,
    chunk_id int NOT NULL, chunk_range jsonb NOT NULL,
    status varchar(20) NOT NULL DEFAULT 'pending'
      CHECK (status IN ('pending', 'in_progress', 'completed', 'failed')),
    rows_copied int DEFAULT 0, started_at timestamp, completed_at timestamp,
    retry_count int DEFAULT 0, error_message text,
    PRIMARY KEY (run_id, source_database, source_schema, source_table, chunk_id),
    FOREIGN KEY (run_id, source_database, source_schema, source_table)
      REFERENCES migration_status.migration_table_status ON DELETE CASCADE);
  CREATE INDEX IF NOT EXISTS idx_chunk_status_run_status
    ON migration_status.migration_chunk_status (run_id, status);
  CREATE OR REPLACE VIEW migration_status.v_active_migrations AS
    SELECT run_id, status AS run_status, started_at, total_tables
    FROM migration_status.migration_runs WHERE status IN ('running', 'partial');
  CREATE OR REPLACE VIEW migration_status.v_table_progress AS
    SELECT run_id, source_name, source_table, target_table, status, total_chunks
    FROM migration_status.migration_table_status;
`;

const place = `source_database = 'SRC' AND source_schema = 'PUBLIC' AND source_table = 'T1'`;

/** A run of the earlier tool, by the statements that it sends. */
export async function runEarlierTool(database: { readonly url: string }): Promise<string> {
  await query(database, itsStart);
  const [run] = await query<{ run_id: string }>(
    database,
    `INSERT INTO migration_status.migration_runs (config_hash, total_sources, total_tables, metadata)
     VALUES ('abc', 1, 1, '{"source_names": ["old"]}') RETURNING run_id`,
  );
  const id = run?.run_id ?? '';
  await query(
    database,
    `INSERT INTO migration_status.migration_table_status
       (run_id, source_name, source_database, source_schema, source_table,
        target_database, target_schema, target_table, total_chunks)
     VALUES ('${id}', 'old', 'SRC', 'PUBLIC', 'T1', 'dst', 'public', 't1', 1)
     ON CONFLICT (run_id, source_database, source_schema, source_table)
     DO UPDATE SET total_chunks = EXCLUDED.total_chunks;
     INSERT INTO migration_status.migration_chunk_status
       (run_id, source_database, source_schema, source_table, chunk_id, chunk_range, status)
     VALUES ('${id}', 'SRC', 'PUBLIC', 'T1', 0, '{}', 'pending')
     ON CONFLICT (run_id, source_database, source_schema, source_table, chunk_id) DO NOTHING;
     UPDATE migration_status.migration_chunk_status
     SET status = 'completed', completed_at = now(), rows_copied = 7
     WHERE run_id = '${id}' AND ${place} AND chunk_id = 0;
     UPDATE migration_status.migration_table_status
     SET status = 'completed', completed_at = now(), total_rows_copied = 7
     WHERE run_id = '${id}' AND ${place};
     UPDATE migration_status.migration_runs SET status = 'completed', completed_at = now()
     WHERE run_id = '${id}'`,
  );
  return id;
}

/** As if its last run were so long ago. */
export async function ageEarlierTool(database: { readonly url: string }, age: string) {
  await query(
    database,
    `UPDATE migration_status.migration_runs
     SET started_at = started_at - interval '${age}', completed_at = completed_at - interval '${age}'`,
  );
}
