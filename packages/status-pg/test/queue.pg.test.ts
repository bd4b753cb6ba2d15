import type { Lease, StatusStore } from '@snowmelt/core';
import { testDatabase } from '@snowmelt/testkit/test-database';
import { describe, expect, it } from 'vitest';

import { takeChunk } from '../src/chunk/lease.ts';
import { loads, openStore, query, request } from './support/open-store.ts';

async function takeAll(store: StatusStore, run: string, worker: string): Promise<string[]> {
  const taken: string[] = [];
  for (;;) {
    const answer = await store.lease(run, 's/a', worker);
    if (answer.kind === 'done') return taken;
    if (answer.kind !== 'lease') continue;
    taken.push(answer.lease.chunk.id);
    await store.record(answer.lease, { type: 'loaded', rows: 10, bytes: 100 });
  }
}

async function take(store: StatusStore, run: string, worker = 'w'): Promise<Lease> {
  const answer = await store.lease(run, 's/a', worker);
  if (answer.kind !== 'lease') throw new Error(answer.kind);
  return answer.lease;
}

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

const nodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

describe('the queue', () => {
  it('P2: 20 workers, 2,000 chunks, none twice and none forgotten', async () => {
    await using database = await testDatabase();
    await using owner = openStore(database);
    await owner.migrate();
    const { id: run } = await owner.openRun(request());
    const chunks = loads(2000);
    await owner.addChunks(run, 's/a', chunks);
    const stores = Array.from({ length: 5 }, () => openStore(database, { maxConnections: 4 }));
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => takeAll(stores[nth % 5]!, run, `host/1/${nth}`)),
    );
    expect(taken.flat().sort()).toEqual(chunks.map(({ id }) => id));
    await owner.recordTable(run, 's/a', { type: 'completed' });
    await owner.closeRun(run, 'completed');
    const summary = await owner.summary(run);
    expect(summary).toMatchObject({
      rows: 20_000,
      tables: [{ totalChunks: 2000, completedChunks: 2000, failedChunks: 0, bytes: 200_000 }],
    });
    // The counters that monitoring reads say the same.
    const [counters] = await query(
      database,
      `SELECT t.total_chunks, t.completed_chunks, t.failed_chunks, t.total_rows_copied,
         r.completed_tables, r.failed_tables, r.total_rows_copied AS run_rows
       FROM migration_status.migration_table_status t
       JOIN migration_status.migration_runs r USING (run_id)`,
    );
    expect(counters).toEqual({
      total_chunks: 2000,
      completed_chunks: 2000,
      failed_chunks: 0,
      total_rows_copied: '20000',
      completed_tables: 1,
      failed_tables: 0,
      run_rows: '20000',
    });
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  });

  it('takes a chunk by its indexes, with 100,000 chunks, however many are done', async () => {
    await using database = await testDatabase();
    await using store = openStore(database);
    await store.migrate();
    const { id: run } = await store.openRun(request());
    await store.addChunks(run, 's/a', loads(100_000));
    await query(
      database,
      `ALTER TABLE migration_status.migration_chunk_status SET (autovacuum_enabled = false)`,
    );
    for (const { done, vacuum } of [
      { done: 0, vacuum: 'VACUUM' },
      { done: 0, vacuum: 'VACUUM ANALYZE' },
      { done: 50_000, vacuum: 'VACUUM ANALYZE' },
      { done: 99_000, vacuum: 'VACUUM ANALYZE' },
    ]) {
      await query(
        database,
        `UPDATE migration_status.migration_chunk_status SET status = 'pending' WHERE status <> 'completed';
         UPDATE migration_status.migration_chunk_status SET status = 'completed'
         WHERE ordinal <= (SELECT min(ordinal) - 1 + ${done} FROM migration_status.migration_chunk_status)
           AND status <> 'completed'`,
      );
      await query(database, `${vacuum} migration_status.migration_chunk_status`);
      for (let nth = 0; nth < 50; nth += 1) await take(store, run, `w${nth}`);
      const rows = await query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        database,
        `EXPLAIN (ANALYZE, FORMAT json) ${takeChunk}`,
        [run, 's/a', 'w', 60, crypto.randomUUID(), null],
      );
      const plan = nodes(rows[0]!['QUERY PLAN'][0].Plan);
      const scan = plan.find((node) => node['Index Name'] === 'migration_chunk_status_open_idx');
      expect(scan, vacuum).toMatchObject({ 'Node Type': 'Index Scan', 'Actual Rows': 1 });
      // What others have in their hands is looked at; what is done is not.
      expect(scan?.['Rows Removed by Filter']).toBeLessThanOrEqual(50);
      expect(plan.map((node) => node['Node Type'])).not.toContain('Sort');
      const update = plan.find((node) => node['Index Name'] === 'migration_chunk_status_pkey');
      expect(update).toMatchObject({ 'Actual Rows': 1, 'Rows Removed by Index Recheck': 0 });
      expect(update?.['Index Cond']).toContain('chunk_id');
    }
  });

  it('a lease that runs out counts as a try that failed', async () => {
    await using database = await testDatabase();
    await using store = openStore(database, { leaseSeconds: 0.05 });
    await store.migrate();
    const { id: run } = await store.openRun(request());
    await store.addChunks(run, 's/a', loads(1));
    for (let retries = 0; retries < 3; retries += 1) {
      expect(await take(store, run)).toMatchObject({ retries });
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
  });

  it('the deadline is by the clock of the worker, whatever the server thinks', async () => {
    await using database = await testDatabase();
    await using store = openStore(database, { leaseSeconds: 60 });
    await store.migrate();
    const { id: run } = await store.openRun(request());
    await store.addChunks(run, 's/a', loads(1));
    const before = Date.now();
    const lease = await take(store, run);
    expect(lease.deadline.getTime()).toBeGreaterThanOrEqual(before + 60_000);
    expect(lease.deadline.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('keeps a plan to the letter, U+0000 and halves of surrogate pairs too', async () => {
    await using database = await testDatabase();
    await using store = openStore(database);
    await store.migrate();
    const { id: run } = await store.openRun(request());
    const odd = { from: 'a\u0000b', to: '\ud800', nested: [{ deep: '\u0000' }] };
    const chunk = { id: 'odd', kind: 'load', range: odd, spec: odd } as const;
    await store.addChunks(run, 's/a', [chunk]);
    const lease = await take(store, run);
    expect(lease.chunk).toEqual(chunk);
    await store.record(lease, { type: 'failed', error: `a\u0000b ${'x'.repeat(100_000)}` });
    const [row] = await query<{ error: string; range: object }>(
      database,
      `SELECT error_message AS error, chunk_range AS range
       FROM migration_status.migration_chunk_status`,
    );
    expect(row?.error.slice(0, 5)).toBe('a\uFFFDb x');
    expect(row?.error.length).toBeLessThan(10_000);
    expect(row?.range).toEqual({
      from: 'a\uFFFDb',
      to: '\uFFFD',
      nested: [{ deep: '\uFFFD' }],
    });
  });

  it('P8: a table that the run has not is RUN.NOT_FOUND', async () => {
    await using database = await testDatabase();
    await using store = openStore(database);
    await store.migrate();
    const { id: run } = await store.openRun(request());
    const missing = { code: 'RUN.NOT_FOUND', place: { run, table: 'x' } };
    await expect(store.lease(run, 'x', 'w')).rejects.toMatchObject(missing);
    await expect(store.addChunks(run, 'x', loads(1))).rejects.toMatchObject(missing);
    await expect(store.recordTable(run, 'x', { type: 'chunked' })).rejects.toMatchObject(missing);
  });
});
