import type { RunId, TableKey } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

const counts = `
  SELECT
    count(*) FILTER (WHERE kind = 'load') AS total,
    count(*) FILTER (WHERE kind = 'load' AND status = 'completed') AS completed,
    count(*) FILTER (WHERE kind = 'load' AND status = 'failed') AS failed,
    coalesce(sum(rows_copied) FILTER (WHERE kind = 'load'), 0) AS row_sum,
    coalesce(sum(bytes) FILTER (WHERE kind = 'load'), 0) AS byte_sum
  FROM migration_status.migration_chunk_status
  WHERE run_id = t.run_id AND table_key = t.table_key`;

const assignments = `
  total_chunks = c.total, completed_chunks = c.completed, failed_chunks = c.failed,
  total_rows_copied = c.row_sum, total_bytes = c.byte_sum, counted_at = now()`;

/** Brings the counters of one table's row, or of all of a run's, and of the run up to date. */
export async function countTables(session: Session, run: RunId, table?: TableKey): Promise<void> {
  await session.rows(
    `UPDATE migration_status.migration_table_status u
     SET ${assignments}
     FROM migration_status.migration_table_status t, LATERAL (${counts}) c
     WHERE t.run_id = $1 AND ($2::text IS NULL OR t.table_key = $2)
       AND u.run_id = t.run_id AND u.table_key = t.table_key`,
    [run, table],
  );
  await session.rows(
    `UPDATE migration_status.migration_runs r
     SET completed_tables = s.completed, failed_tables = s.failed, total_tables = s.total,
       total_rows_copied = s.row_sum
     FROM (
       SELECT count(*) FILTER (WHERE status <> 'skipped') AS total,
         count(*) FILTER (WHERE status = 'completed') AS completed,
         count(*) FILTER (WHERE status = 'failed') AS failed,
         coalesce(sum(total_rows_copied), 0) AS row_sum
       FROM migration_status.migration_table_status WHERE run_id = $1
     ) s
     WHERE r.run_id = $1`,
    [run],
  );
}

/**
 * For monitoring: counts a table again where its counters are older than `seconds`. Workers don't
 * wait for each other here: one counts, the others pass by. Nothing is decided by these counters.
 */
export async function refreshCounts(
  session: Session,
  { run, table }: { run: RunId; table: TableKey },
  seconds: number,
): Promise<void> {
  await session.rows(
    `UPDATE migration_status.migration_table_status u
     SET ${assignments}
     FROM (
       SELECT run_id, table_key FROM migration_status.migration_table_status
       WHERE run_id = $1 AND table_key = $2
         AND (counted_at IS NULL OR counted_at < now() - $3::float8 * interval '1 second')
       FOR UPDATE SKIP LOCKED
     ) t, LATERAL (${counts}) c
     WHERE u.run_id = t.run_id AND u.table_key = t.table_key`,
    [run, table, seconds],
  );
}
