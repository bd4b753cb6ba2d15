import { readFileSync, readdirSync } from 'node:fs';

import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loads, openStore, query, request, table } from './support/open-store.ts';
import { tablePlan } from './support/table-plan.ts';

const folder = new URL('../../../sql/monitoring/', import.meta.url);

describe('sql/monitoring and the views', () => {
  let database: TestDatabase;
  let store: ReturnType<typeof openStore>;
  let run: string;

  const ask = (file: string) => query(database, readFileSync(new URL(file, folder), 'utf8'));

  /** Table a: one chunk loaded, one failed, one leased and overdue, one open. Table b: failed. */
  beforeAll(async () => {
    database = await testDatabase();
    store = openStore(database);
    await store.migrate();
    ({ id: run } = await store.openRun(request({ tables: [table('a'), table('b')] })));
    await store.recordTable(run, 's/a', { type: 'planned', plan: tablePlan(run, 'a') });
    await store.recordTable(run, 's/a', { type: 'indexes_disabled' });
    await store.addChunks(run, 's/a', loads(4));
    for (const event of [
      { type: 'loaded', rows: 10, bytes: 100 },
      { type: 'failed', error: 'TARGET.ROW_REJECTED: row 3' },
      { type: 'retried', error: 'SOURCE.NETWORK: reset' },
    ] as const) {
      const answer = await store.lease(run, 's/a', 'host/1/0');
      if (answer.kind === 'lease') await store.record(answer.lease, event);
    }
    await store.recordTable(run, 's/b', { type: 'failed', error: 'SOURCE.TABLE_NOT_FOUND: B' });
    await query(
      database,
      `UPDATE migration_status.migration_chunk_status
       SET lease_expires_at = now() - interval '5 minutes' WHERE status = 'in_progress'`,
    );
  });

  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  it('the SQL of docs/monitoring.md finds the table that has failed', async () => {
    const page = readFileSync(new URL('../../../docs/monitoring.md', import.meta.url), 'utf8');
    const [, sql = ''] = /^## Alerts$.*?^```sql\n(.*?)^```/msu.exec(page) ?? [];
    expect(await query(database, sql)).toEqual([
      expect.objectContaining({ run_id: run, source_table: 'B' }),
    ]);
  });

  it('v_table_progress counts chunks as they are at this moment', async () => {
    const rows = await query(database, `SELECT * FROM migration_status.v_table_progress`);
    expect(rows).toHaveLength(2);
    expect(rows.find(({ source_table }) => source_table === 'A')).toMatchObject({
      source_name: 's',
      status: 'in_progress',
      total_chunks: '4',
      completed_chunks: '1',
      failed_chunks: '1',
      leased_chunks: '1',
      total_rows_copied: '10',
      percent_complete: '25.0',
      indexes_disabled: true,
      indexes_restored: false,
    });
  });

  it('the views have the columns of the earlier tool, with its meaning', async () => {
    const [active] = await query(database, 'SELECT * FROM migration_status.v_active_migrations');
    expect(active).toMatchObject({
      run_id: run,
      run_status: 'running',
      tables_in_progress: '1',
      chunks_in_progress: '1',
      chunks_failed: '1',
    });
    expect(Number(active?.['duration_seconds'])).toBeGreaterThan(0);
    const tables = await query(
      database,
      `SELECT source_table, completion_percentage, duration_seconds
       FROM migration_status.v_table_progress ORDER BY source_table`,
    );
    expect(tables.map(({ completion_percentage: percent }) => percent)).toEqual(['25.00', '0.00']);
    expect(Number(tables[0]?.['duration_seconds'])).toBeGreaterThan(0);
  });

  it('a run that ended with work left is active, for as long as it took', async () => {
    const word = (status: string, end: string) =>
      query(
        database,
        `UPDATE migration_status.migration_runs SET status = '${status}', completed_at = ${end}`,
      );
    await word('partial', `started_at + interval '90 seconds'`);
    const active = await query(
      database,
      `SELECT run_status, duration_seconds::int AS seconds
       FROM migration_status.v_active_migrations`,
    );
    expect(active).toEqual([{ run_status: 'partial', seconds: 90 }]);
    await word('completed', 'now()');
    expect(await query(database, 'SELECT FROM migration_status.v_active_migrations')).toEqual([]);
    await word('running', 'NULL');
  });

  it('dashboard.sql', async () => {
    const [row] = await ask('dashboard.sql');
    expect(row).toMatchObject({
      run_id: run,
      owner: 'host/1',
      life: 'alive',
      tables: '0 of 2',
      chunks: '1 of 4',
      percent: '25.0',
      leased_chunks: '0',
      failed_chunks: '1',
      rows_loaded: '10',
    });
    // Three chunks are left, of which one takes two minutes.
    expect(row?.['time_left']).toMatchObject({ minutes: 6 });
  });

  it('failed-chunks.sql', async () => {
    expect(await ask('failed-chunks.sql')).toMatchObject([
      { source_table: 'A', code: 'TARGET.ROW_REJECTED', state: 'failed', chunks: '1' },
      { source_table: 'A', code: 'SOURCE.NETWORK', state: 'tried again', chunks: '1', tries: 1 },
    ]);
  });

  it('compare-runs.sql', async () => {
    const earlier = crypto.randomUUID();
    const columns = 'run_id, table_key, source_table, status, started_at, completed_at';
    await query(
      database,
      `INSERT INTO migration_status.migration_runs (run_id, started_at, status)
       VALUES ('${earlier}', now() - interval '1 day', 'completed');
       INSERT INTO migration_status.migration_table_status (${columns}, total_rows_copied)
       VALUES ('${earlier}', 's/a', 'A', 'completed', now() - interval '1 day', now() - interval '1 day' + interval '10 seconds', 500);
       UPDATE migration_status.migration_table_status SET started_at = now() - interval '25 seconds'
       WHERE run_id = '${run}' AND table_key = 's/a'`,
    );
    const [a] = await ask('compare-runs.sql');
    expect(a).toMatchObject({
      source_table: 'A',
      rows_before: '500',
      rows_per_second_before: '50',
      run_before: earlier,
    });
    expect(Number(a?.['times_as_long'])).toBeCloseTo(2.5, 0);
  });

  it('workers.sql', async () => {
    const sign = { id: 'host/1', host: 'host', pid: 1, version: '1' };
    await store.sharing?.seen(run, { ...sign, waitsFor: 'a lock' });
    await store.sharing?.seen(run, { ...sign, id: 'other/2' });
    await query(
      database,
      `UPDATE migration_status.migration_workers SET last_seen_at = now() - interval '2 minutes'
       WHERE worker_id = 'other/2'`,
    );
    expect(await ask('workers.sql')).toMatchObject([
      { worker_id: 'host/1', has_the_run: true, state: 'waits', chunks_in_hand: '1' },
      { worker_id: 'other/2', has_the_run: false, state: 'gives no sign', chunks_in_hand: '0' },
    ]);
    const [seen] = (await store.observes?.activity(5)) ?? [];
    expect(seen).toMatchObject({ life: 'live', owner: 'host/1' });
    expect(seen?.workers.map(({ worker, silent, chunks }) => [worker, silent, chunks])).toEqual([
      ['host/1', false, 0],
      ['host/1/0', false, 1],
      ['other/2', true, 0],
    ]);
    expect(seen?.workers[0]?.waitsFor?.what).toBe('a lock');
    expect(seen?.failures).toMatchObject([
      { table: 's/a', code: 'SOURCE.NETWORK', retrying: true, chunks: 1, message: 'reset' },
      { table: 's/a', code: 'TARGET.ROW_REJECTED', retrying: false, chunks: 1 },
      { table: 's/b', code: 'SOURCE.TABLE_NOT_FOUND', retrying: false, chunks: 0, message: 'B' },
    ]);
  });

  it('a map of chunks has them in their order, in as many cells as asked for', async () => {
    const none = { open: 0, leased: 0, completed: 0, failed: 0 };
    expect(await store.observes?.chunkMap(run, 's/a', 100)).toEqual([
      { ...none, completed: 1 },
      { ...none, failed: 1 },
      { ...none, leased: 1 },
      { ...none, open: 1 },
    ]);
    expect(await store.observes?.chunkMap(run, 's/a', 2)).toEqual([
      { ...none, completed: 1, failed: 1 },
      { ...none, leased: 1, open: 1 },
    ]);
    const spans = (await store.observes?.throughput(run, 60)) ?? [];
    expect(spans.length).toBeGreaterThan(0);
    expect(spans.reduce((sum, { rows }) => sum + rows, 0)).toBe(10);
    expect(spans.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(100);
    const [a, b] = await Promise.all(
      ['s/a', 's/b'].map(async (table) => store.observes?.throughput(run, 60, table)),
    );
    expect(a).toHaveLength(spans.length);
    expect(a?.reduce((sum, { rows }) => sum + rows, 0)).toBe(10);
    expect(b?.reduce((sum, { rows }) => sum + rows, 0)).toBe(0);
  });

  it('lock-waits.sql', async () => {
    const clients = [1, 2].map(() => new Client({ connectionString: database.url }));
    const [holder, waiter] = clients as [Client, Client];
    for (const client of clients) await client.connect();
    holder.on('error', () => undefined);
    await holder.query('CREATE TABLE held ()');
    await holder.query('BEGIN; LOCK TABLE held');
    await waiter.query(`SET application_name = 'snowmelt ${run} load'`);
    const waits = waiter.query('SELECT FROM held');
    const seen = () => ask('lock-waits.sql');
    await expect.poll(async () => (await seen()).length, { interval: 20 }).toBe(1);
    const [row] = await seen();
    expect(row).toMatchObject({ run_id: run, held_by_state: 'idle in transaction' });
    await query(database, String(row?.['ends_it']));
    await waits;
    await waiter.end();
    expect(await seen()).toEqual([]);
  });

  it('dead-runs.sql', async () => {
    expect(await ask('dead-runs.sql')).toEqual([]);
    const dead = crypto.randomUUID();
    await query(
      database,
      `INSERT INTO migration_status.migration_runs (run_id, owner) VALUES ('${dead}', 'host/9')`,
    );
    expect(await ask('dead-runs.sql')).toMatchObject([{ run_id: dead, owner: 'host/9' }]);
    await query(database, `DELETE FROM migration_status.migration_runs WHERE run_id = '${dead}'`);
  });

  it('table-progress.sql', async () => {
    expect(await ask('table-progress.sql')).toMatchObject([
      {
        source_table: 'B',
        status: 'failed',
        indexes: null,
        error_message: 'SOURCE.TABLE_NOT_FOUND: B',
      },
      { source_table: 'A', chunks: '1 of 4', percent_complete: '25.0', indexes: 'away' },
    ]);
  });

  it('slowest-chunks.sql', async () => {
    expect(await ask('slowest-chunks.sql')).toMatchObject([
      { source_table: 'A', chunk_id: 'c000000', rows_copied: '10', worker_id: 'host/1/0' },
    ]);
  });

  it('failures.sql', async () => {
    const rows = await ask('failures.sql');
    expect(rows.map(({ what, name, error_message }) => [what, name, error_message])).toEqual([
      ['table', 's: B', 'SOURCE.TABLE_NOT_FOUND: B'],
      ['chunk', 'A: c000001', 'TARGET.ROW_REJECTED: row 3'],
    ]);
  });

  it('stuck-leases.sql', async () => {
    expect(await ask('stuck-leases.sql')).toMatchObject([
      { run_id: run, chunk_id: 'c000002', last_error: 'SOURCE.NETWORK: reset' },
    ]);
  });

  it('table-locks.sql', async () => {
    expect(await ask('table-locks.sql')).toMatchObject([
      { run_id: run, held: true },
      { run_id: run, held: true },
    ]);
  });

  it('every file has its test above', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
    const tested = readFileSync(new URL(import.meta.url), 'utf8');
    for (const file of files) expect(tested).toContain(`it('${file}'`);
  });
});
