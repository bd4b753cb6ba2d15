-- The tables of the newest run: rows that it has loaded, rows that the target holds now, and the
-- statement that counts the source at the same point in time, for a worksheet of Snowflake.
--
--   psql -d STATUS_DATABASE -f sql/count_source_and_target.sql
--
-- A target in another database has no count here. It may hold more rows than the run has loaded, where
-- runs add to it; and rows that a watermark leaves out are counted at the source. (`snowmelt run --verify
-- digest` compares the values as well.)

CREATE TEMPORARY TABLE IF NOT EXISTS snowmelt_counted (
  table_key text PRIMARY KEY,
  in_the_target_now bigint
);
TRUNCATE pg_temp.snowmelt_counted;

DO $count$
DECLARE
  one record;
  counted bigint;
BEGIN
  FOR one IN
    SELECT table_key, target_schema, target_table
    FROM migration_status.migration_table_status
    WHERE run_id = (
        SELECT run_id FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1
      )
      AND target_database = current_database()
      AND to_regclass(format('%I.%I', target_schema, target_table)) IS NOT NULL
  LOOP
    EXECUTE format('SELECT count(*) FROM %I.%I', one.target_schema, one.target_table) INTO counted;
    INSERT INTO pg_temp.snowmelt_counted VALUES (one.table_key, counted);
  END LOOP;
END
$count$;

SELECT
  t.source_name,
  concat_ws('.', t.source_database, t.source_schema, t.source_table) AS source,
  concat_ws('.', t.target_schema, t.target_table) AS target,
  p.plan ->> 'mode' AS mode,
  t.status,
  t.total_rows_copied AS loaded_by_the_run,
  c.in_the_target_now,
  format('SELECT COUNT(*) FROM %s%s;',
    concat_ws('.', '"' || replace(t.source_database, '"', '""') || '"',
      '"' || replace(t.source_schema, '"', '""') || '"',
      '"' || replace(t.source_table, '"', '""') || '"'),
    concat(
      ' AT(TIMESTAMP => ' || quote_literal(p.plan #>> '{snapshot,at}') || '::TIMESTAMP_TZ)',
      ' WHERE (' || (p.plan #>> '{read,filter}') || ')')) AS counts_the_source
FROM migration_status.migration_table_status t
LEFT JOIN pg_temp.snowmelt_counted c USING (table_key)
-- A plan may hold U+0000, which JSON can and a text can't.
CROSS JOIN LATERAL (SELECT replace(t.plan::text, '\u0000', '\ufffd')::json AS plan) p
WHERE t.run_id = (
  SELECT run_id FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1
)
ORDER BY t.ordinal, t.table_key;
