CREATE VIEW migration_status.v_active_migrations AS
SELECT
  r.run_id,
  r.status,
  r.started_at,
  now() - r.started_at AS elapsed,
  r.owner,
  r.total_sources,
  r.total_tables,
  r.completed_tables,
  r.failed_tables,
  t.total_chunks,
  t.completed_chunks,
  t.failed_chunks,
  t.total_rows_copied,
  round(100.0 * t.completed_chunks / nullif(t.total_chunks, 0), 1) AS percent_complete,
  r.error_message,
  r.metadata
FROM migration_status.migration_runs r
LEFT JOIN LATERAL (
  SELECT
    sum(total_chunks) AS total_chunks,
    sum(completed_chunks) AS completed_chunks,
    sum(failed_chunks) AS failed_chunks,
    sum(total_rows_copied) AS total_rows_copied
  FROM migration_status.migration_table_status
  WHERE run_id = r.run_id
) t ON true
WHERE r.status = 'running';

COMMENT ON VIEW migration_status.v_active_migrations IS
  'Runs that go on. Chunks and rows are those of the table rows: a few seconds old at most.';

-- The counters of a table row are brought up to date every few seconds; here the chunks of
-- tables in progress are counted themselves.
CREATE VIEW migration_status.v_table_progress AS
SELECT
  t.run_id,
  t.source_name,
  t.source_database,
  t.source_schema,
  t.source_table,
  t.target_database,
  t.target_schema,
  t.target_table,
  t.status,
  coalesce(c.total_chunks, t.total_chunks) AS total_chunks,
  coalesce(c.completed_chunks, t.completed_chunks) AS completed_chunks,
  coalesce(c.failed_chunks, t.failed_chunks) AS failed_chunks,
  c.leased_chunks,
  coalesce(c.total_rows_copied, t.total_rows_copied) AS total_rows_copied,
  round(100.0 * coalesce(c.completed_chunks, t.completed_chunks)
    / nullif(coalesce(c.total_chunks, t.total_chunks), 0), 1) AS percent_complete,
  t.started_at,
  t.completed_at,
  coalesce(t.completed_at, now()) - t.started_at AS elapsed,
  t.error_message
FROM migration_status.migration_table_status t
LEFT JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE kind = 'load') AS total_chunks,
    count(*) FILTER (WHERE kind = 'load' AND status = 'completed') AS completed_chunks,
    count(*) FILTER (WHERE kind = 'load' AND status = 'failed') AS failed_chunks,
    count(*) FILTER (WHERE status = 'in_progress') AS leased_chunks,
    coalesce(sum(rows_copied), 0) AS total_rows_copied
  FROM migration_status.migration_chunk_status
  WHERE run_id = t.run_id AND table_key = t.table_key
  HAVING count(*) > 0
) c ON t.status = 'in_progress';

DO $privileges$
DECLARE
  remembered record;
BEGIN
  FOR remembered IN
    SELECT p.view_name, p.privilege_type, p.is_grantable,
      CASE WHEN p.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS grantee
    FROM migration_status.remembered_view_privileges p
    LEFT JOIN pg_roles r ON r.oid = p.grantee
  LOOP
    EXECUTE format('GRANT %s ON migration_status.%I TO %s%s', remembered.privilege_type,
      remembered.view_name, remembered.grantee,
      CASE WHEN remembered.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
END
$privileges$;

DROP TABLE migration_status.remembered_view_privileges;

INSERT INTO migration_status.schema_migrations (name) VALUES ('0004_views');
