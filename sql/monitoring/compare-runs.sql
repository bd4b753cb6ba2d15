-- The last two runs of each table beside each other: rows, time and speed. A table that takes much
-- longer, or brings far fewer rows, than the night before stands first.
SELECT
  n.source_name,
  n.source_table,
  n.target_schema || '.' || n.target_table AS target,
  n.run_id,
  n.status,
  n.total_rows_copied AS rows_loaded,
  p.total_rows_copied AS rows_before,
  n.took,
  p.took AS took_before,
  round(n.total_rows_copied / nullif(extract(epoch FROM n.took), 0)) AS rows_per_second,
  round(p.total_rows_copied / nullif(extract(epoch FROM p.took), 0)) AS rows_per_second_before,
  round((extract(epoch FROM n.took) / nullif(extract(epoch FROM p.took), 0))::numeric, 2) AS times_as_long,
  p.run_id AS run_before
FROM (
  SELECT *, date_trunc('second', coalesce(completed_at, now()) - started_at) AS took,
    row_number() OVER (PARTITION BY table_key ORDER BY started_at DESC) AS n
  FROM migration_status.migration_table_status WHERE started_at IS NOT NULL
) n
LEFT JOIN (
  SELECT *, date_trunc('second', completed_at - started_at) AS took,
    row_number() OVER (PARTITION BY table_key ORDER BY started_at DESC) AS n
  FROM migration_status.migration_table_status WHERE started_at IS NOT NULL
) p ON p.table_key = n.table_key AND p.n = n.n + 1
WHERE n.n = 1
ORDER BY times_as_long DESC NULLS LAST, n.source_name, n.source_table;
