import { runMigration, type LogicalType, type TableJob } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import {
  memorySource,
  MemoryStatusState,
  memoryStatusStore,
  MemoryWarehouse,
} from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { column, countRows, integer, text } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

describe('a run of tables that foreign keys connect', () => {
  const on = freshBench({}, async () => {
    warehouse = new MemoryWarehouse();
    state = new MemoryStatusState();
    await on.sql.query(`
      CREATE TABLE parent (id bigint PRIMARY KEY, name text);
      CREATE TABLE child (id bigint PRIMARY KEY REFERENCES parent, name text);
      INSERT INTO parent VALUES (999); INSERT INTO child VALUES (999);`);
    addTable('parent', 55);
  });
  let warehouse: MemoryWarehouse;
  let state: MemoryStatusState;
  const sourceOf = (name: string) => ({ database: 'SRC', schema: 'PUBLIC', name });
  const notNull = (name: string, type: LogicalType) => column(name, type, { nullable: false });
  const job = (name: string, changes: Partial<TableJob> = {}): TableJob => ({
    key: name,
    sourceName: 'memory',
    source: sourceOf(name),
    target: { database: on.database.database, schema: 'public', name },
    mode: 'truncate',
    uniqueness: [],
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 10 },
    columns: { exclude: [], mapping: {} },
    parallelThreads: 2,
    maxRetryAttempts: 2,
    schemaEvolution: 'off',
    emptiesOthers: false,
    snapshot: 'auto',
    verify: 'count',
    hash: name,
    notices: [],
    ...changes,
  });
  const run = (jobs: readonly TableJob[], parallelThreads: number) =>
    runMigration(
      {
        jobs,
        configHash: 'c',
        executionHash: 'e',
        resume: { mode: 'auto', maxAgeHours: 1 },
        parallelThreads,
        snapshotDelay: 0,
      },
      {
        source: memorySource({ warehouse }),
        target: on.target,
        status: memoryStatusStore({ state }),
      },
      testContext(),
    );
  const addTable = (name: string, rows: number) =>
    warehouse.createTable({
      ref: sourceOf(name),
      columns: [notNull('ID', integer), column('NAME', text)],
      rows: Array.from({ length: rows }, (_, n) => [String(n), 'x']),
    });

  it.each([1, 4])(
    'P5: empties and loads them, whatever their order, with %d threads; so does the next run',
    async (threads) => {
      addTable('child', 55);
      for (const jobs of [
        [job('child'), job('parent')],
        [job('parent'), job('child')],
      ]) {
        const report = await run(jobs, threads);
        expect(report).toMatchObject({ status: 'completed', rows: 110, resumed: false });
      }
      expect(await countRows(on.sql, 'child')).toBe(55);
    },
  );

  it('P5: nothing is emptied where one of them can not be loaded', async () => {
    const report = await run([job('child'), job('parent')], 2);
    const [child, parent] = report.tables;
    expect(parent?.error).toMatchObject({
      code: 'TARGET.TRUNCATE_CASCADES',
      message: expect.stringContaining("public.child, which this run can't load"),
    });
    expect(child?.status).toBe('failed');
    expect(await countRows(on.sql, 'parent')).toBe(1);
    expect(await countRows(on.sql, 'child')).toBe(1);
  });

  it.each([
    ['is not in the run', () => [job('parent')]],
    ['is not emptied by it', () => [job('parent'), job('child', { mode: 'append' })]],
  ])('P5: a child that %s is named, and nothing is emptied', async (_, jobs) => {
    addTable('child', 0);
    const [parent] = (await run(jobs(), 2)).tables;
    expect(parent?.error).toMatchObject({
      code: 'TARGET.TRUNCATE_CASCADES',
      message: expect.stringContaining('public.child'),
    });
    expect(await countRows(on.sql, 'parent')).toBe(1);
    expect(await countRows(on.sql, 'child')).toBe(1);
  });

  it('a key within one table: disable_index takes it off for the load, and it is back after it', async () => {
    await on.sql.query('CREATE TABLE node (id bigint PRIMARY KEY, next bigint REFERENCES node)');
    warehouse.createTable({
      ref: sourceOf('node'),
      columns: [notNull('ID', integer), column('NEXT', integer)],
      rows: Array.from({ length: 55 }, (_, n) => [String(n), n === 54 ? null : String(n + 1)]),
    });
    const node = job('node', { parallelThreads: 1, rebuildIndexes: true });
    expect(await run([node], 1)).toMatchObject({ status: 'completed', rows: 55 });
    const keys = `SELECT convalidated FROM pg_constraint
      WHERE conrelid = 'node'::regclass AND contype = 'f'`;
    expect((await on.sql.query(keys)).rows).toEqual([{ convalidated: true }]);
    const failed = await run([job('node', { parallelThreads: 1 })], 1);
    expect(failed.tables[0]?.error, 'without it').toMatchObject({ code: 'RUN.CHUNKS_FAILED' });
  });

  it('P5: swapped, a parent that loses rows waits until its child refers to them no more', async () => {
    addTable('child', 55);
    await on.sql.query(`INSERT INTO parent SELECT generate_series(0, 59);
      INSERT INTO child SELECT generate_series(0, 59)`);
    const jobs = [job('child', { mode: 'swap' }), job('parent', { mode: 'swap' })];
    const first = await run(jobs, 1);
    expect(first.tables.map(({ status }) => status)).toEqual(['completed', 'failed']);
    expect(first.tables[1]?.error?.message).toContain('the target still holds its old rows');
    expect(await countRows(on.sql, 'parent')).toBe(61);
    const second = await run(jobs, 1);
    expect(second).toMatchObject({ resumed: true, status: 'completed' });
    expect(await countRows(on.sql, 'parent')).toBe(55);
    expect(await countRows(on.sql, 'child')).toBe(55);
  });

  it('P5: a resume loads what failed and keeps what is in', async () => {
    addTable('child', 60);
    const jobs = [job('child'), job('parent')];
    const first = await run(jobs, 2);
    expect(first.tables.map(({ status }) => status)).toEqual(['failed', 'completed']);
    await on.sql.query(`INSERT INTO parent SELECT generate_series(55, 59)`);
    const second = await run(jobs, 2);
    expect(second).toMatchObject({ resumed: true, status: 'completed' });
    expect(second.tables.map(({ status }) => status)).toEqual(['completed', 'skipped']);
    expect(await countRows(on.sql, 'child')).toBe(60);
    expect(await countRows(on.sql, 'parent')).toBe(60);
  });

  it('delete_missing: a parent waits for its children to lose their rows: the same command again', async () => {
    addTable('child', 40);
    const merging = {
      mode: 'upsert',
      uniqueness: ['ID'],
      deleteMissing: { how: 'hard' },
    } as const;
    const jobs = [job('parent', merging), job('child', merging)];
    const first = await run(jobs, 2);
    expect(first.tables[0]?.error).toMatchObject({
      code: 'TARGET.ROW_REJECTED',
      fix: expect.stringContaining('Remove the rows of public.child'),
    });
    expect(first.tables[1]).toMatchObject({ status: 'completed', missing: { rows: 1 } });
    expect(await countRows(on.sql, 'parent'), 'nothing was deleted').toBe(56);
    const second = await run(jobs, 2);
    expect(second).toMatchObject({ resumed: true, status: 'completed' });
    expect(second.tables[0]).toMatchObject({ missing: { rows: 1 } });
    expect(await countRows(on.sql, 'parent')).toBe(55);
    expect(await countRows(on.sql, 'child')).toBe(40);
  });
});
