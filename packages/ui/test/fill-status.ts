import type { Client } from 'pg';

export const statusRun = '5f0c1f0e-3a52-4c53-9d5f-2f7c8a7e9b10';

const verification = {
  by: 'digest',
  leftOut: [{ column: 'v', why: 'both sides write JSON differently' }],
};

/** A run in the middle of its work: four tables, one of them of 100,000 chunks; and one of the night before. */
export async function fillStatus(sql: Client): Promise<void> {
  const run = `'${statusRun}'`;
  const table = (ordinal: number, name: string, more: string): string =>
    `(${run}, 's/${name}', ${ordinal}, 'sales', 'SALES', 'PUBLIC', '${name.toUpperCase()}', 'dst', 'sales', '${name}', ${more})`;
  await sql.query(`
    INSERT INTO migration_status.migration_runs (run_id, owner, status, started_at, snapshot, metadata)
    VALUES (${run}, 'host-1/4711/ab', 'running', now() - interval '10 minutes',
      '{"at": "2026-01-02T03:04:05.123456789Z"}', '{"source_names": ["sales"], "spent": {"host-1/4711/ab": {"active_seconds": 90, "credits": 0.4242}}}');
    INSERT INTO migration_status.migration_runs (run_id, owner, status, started_at, completed_at, total_rows_copied, metadata)
    VALUES (gen_random_uuid(), 'host-1/17/ef', 'completed', now() - interval '1 day',
      now() - interval '23 hours', 4200000, '{"source_names": ["sales"]}');
    INSERT INTO migration_status.migration_table_status (run_id, table_key, ordinal, source_name,
      source_database, source_schema, source_table, target_database, target_schema, target_table,
      status, started_at, completed_at, indexes_disabled, indexes_restored, error_message, metadata)
    VALUES
      ${table(0, 'orders', `'in_progress', now() - interval '9 minutes', NULL, true, false, NULL, NULL`)},
      ${table(1, 'customers', `'completed', now() - interval '9 minutes', now() - interval '8 minutes', true, true, NULL, '${JSON.stringify({ rejected_rows: 7, verification })}'`)},
      ${table(2, 'returns', `'failed', now() - interval '9 minutes', now() - interval '9 minutes', false, false, 'SOURCE.TABLE_NOT_FOUND: there is no table RETURNS', NULL`)},
      ${table(3, 'prices', `'pending', NULL, NULL, false, false, NULL, NULL`)};
    INSERT INTO migration_status.migration_chunk_status (run_id, table_key, source_table, chunk_id, kind,
      status, rows_copied, bytes, started_at, completed_at, worker_id, lease_expires_at, error_message)
    SELECT ${run}, 's/orders', 'ORDERS', 'c' || lpad(n::text, 6, '0'), 'load',
      CASE WHEN n % 5000 = 7 AND n < 60000 THEN 'failed' WHEN n < 60000 THEN 'completed'
        WHEN n < 60004 THEN 'in_progress' ELSE 'pending' END,
      CASE WHEN n < 60000 AND n % 5000 <> 7 THEN 900 + n % 200 ELSE 0 END,
      CASE WHEN n < 60000 AND n % 5000 <> 7 THEN 48000 + n % 9000 ELSE 0 END,
      CASE WHEN n < 60004 THEN now() - interval '9 minutes' + n * interval '8.9 milliseconds' END,
      CASE WHEN n < 60000 THEN now() - interval '9 minutes' + n * interval '8.9 milliseconds'
        * (1 + 0.00001 * (n % 31)) END,
      CASE WHEN n < 60004 THEN CASE n % 2 WHEN 0 THEN 'host-1/4711/ab' ELSE 'host-2/4711/cd' END || '/s/orders/0' END,
      CASE WHEN n BETWEEN 60000 AND 60003 THEN now() + interval '1 hour' END,
      CASE WHEN n % 5000 = 7 AND n < 60000 THEN 'TARGET.RESOURCES: No space left on device' END
    FROM generate_series(0, 99999) AS n;
    INSERT INTO migration_status.migration_chunk_status (run_id, table_key, source_table, chunk_id, kind,
      status, rows_copied, bytes, started_at, completed_at, worker_id)
    SELECT ${run}, 's/customers', 'CUSTOMERS', 'c' || n, 'load', 'completed', 1000, 90000,
      now() - interval '9 minutes', now() - interval '9 minutes' + n * interval '1 second', 'host-1/4711/ab/s/customers/0'
    FROM generate_series(0, 59) AS n;
    INSERT INTO migration_status.migration_workers (run_id, worker_id, host, pid, waits_for, waits_since, last_seen_at)
    VALUES (${run}, 'host-1/4711/ab', 'host-1', 4711, NULL, NULL, now() + interval '1 hour'),
      (${run}, 'host-2/4711/cd', 'host-2', 4711, 'a lock of sales.orders', now() - interval '40 seconds', now() + interval '1 hour');
    ANALYZE migration_status.migration_chunk_status`);
}
