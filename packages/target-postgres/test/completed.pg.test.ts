import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, countRows, csv, integer, opening, pair, planFor } from './fixtures.ts';
import { emptyBench } from './use-bench.ts';

const context = testContext();
const rowsFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => [String(from + n), 'x']);
const key = { keyColumns: ['id'], primaryKey: ['id'] } as const;
const make = 'CREATE TABLE t (id bigint PRIMARY KEY, name text)';

const modes: readonly Partial<TablePlan>[] = [
  { mode: 'append' },
  { mode: 'truncate' },
  { mode: 'swap' },
  { mode: 'upsert', ...key },
  { mode: 'insert-only', ...key },
];

const gone: readonly [string, string][] = [
  ['TRUNCATE', 'TRUNCATE t'],
  ['DELETE of all', 'DELETE FROM t'],
  ['DROP', 'DROP TABLE t'],
  ['DROP and CREATE', `DROP TABLE t; ${make}`],
];
const harmless: readonly [string, string][] = [
  ['nothing', 'SELECT 1'],
  ['VACUUM FULL', 'VACUUM FULL t'],
  ['CLUSTER', 'CLUSTER t USING t_pkey'],
  ['a column more', 'ALTER TABLE t ADD COLUMN more int DEFAULT 7'],
  ['a column with a value for each row', 'ALTER TABLE t ADD COLUMN more float DEFAULT random()'],
  ['another type', 'ALTER TABLE t ALTER COLUMN id TYPE numeric'],
  ['rows of others', `INSERT INTO t VALUES (1000, 'theirs')`],
  ['what an application does with its rows', `UPDATE t SET name = 'y'; DELETE FROM t WHERE id < 5`],
];

describe('a table that the run has completed, when the run is gone on with', () => {
  const on = emptyBench();
  const plan = (parts: Partial<TablePlan> = {}) => planFor(on.database, parts);
  const stands = (table: TablePlan) => on.target.standing.stands(table, context);
  const prepare = (table: TablePlan) => on.target.prepare(table, context);
  const load = (table: TablePlan, id: string, from: number, to: number) =>
    on.target.load(table, chunkOf(id), opening(csv(rowsFrom(from, to))), context);

  async function complete(table: TablePlan, to = 10): Promise<void> {
    expect(await prepare(table)).not.toHaveProperty('restart');
    await load(table, 'a', 0, to);
    expect((await on.target.publish(table, context)).restart).toBeUndefined();
  }

  describe.each(modes)('%j', (parts) => {
    it.each(gone)('P1: after %s the run begins it anew', async (_what, sql) => {
      await on.sql.query(make);
      const table = plan(parts);
      await complete(table);
      await on.sql.query(sql);
      // Asked again, as after a kill.
      for (let again = 1; again <= 2; again += 1) {
        expect(await stands(table)).toBe(false);
        expect((await prepare(table)).restart).toMatchObject({ restarts: 1 });
      }
      const anew = { ...table, restarts: 1 };
      await complete(anew);
      expect(await stands(anew)).toBe(true);
      expect(await countRows(on.sql)).toBe(10);
    });

    it.each(harmless)('P4: after %s it is left as it is', async (_what, sql) => {
      await on.sql.query(make);
      const table = plan(parts);
      await complete(table);
      await on.sql.query(sql);
      const before = await countRows(on.sql);
      expect(await stands(table)).toBe(true);
      expect(await prepare(table)).not.toHaveProperty('restart');
      expect((await on.target.publish(table, context)).restart).toBeUndefined();
      expect(await countRows(on.sql)).toBe(before);
    });
  });

  it.each(modes.filter(({ mode }) => mode !== 'append'))(
    'P1: %j: emptied, and filled by others since, it is begun anew, though it was altered then',
    async (parts) => {
      await on.sql.query(make);
      const table = plan(parts);
      await complete(table);
      await on.sql.query(`TRUNCATE t; INSERT INTO t VALUES (1000, 'theirs')`);
      expect(await stands(table)).toBe(false);
      await on.sql.query('ALTER TABLE t ALTER COLUMN id TYPE numeric');
      expect(await stands(table)).toBe(false);
      expect((await prepare(table)).restart).toMatchObject({ restarts: 1 });
    },
  );

  it('P1: an append that was emptied, and filled by others since, refuses, and so does the next run', async () => {
    await on.sql.query(make);
    const table = plan();
    await complete(table);
    await on.sql.query(`TRUNCATE t; INSERT INTO t VALUES (1000, 'theirs')`);
    for (let again = 1; again <= 2; again += 1) {
      expect(await stands(table)).toBe(false);
      await expect(prepare(table)).rejects.toMatchObject({
        code: 'RUN.ROWS_CHANGED',
        fix: expect.stringContaining('TRUNCATE "public"."t";'),
      });
    }
    await expect(prepare(plan({ run: 'later' }))).rejects.toMatchObject({
      code: 'RUN.ROWS_UNFINISHED',
    });
    await on.sql.query('TRUNCATE t');
    expect((await prepare(table)).restart).toMatchObject({ restarts: 1 });
    await complete({ ...table, restarts: 1 });
    expect(await countRows(on.sql)).toBe(10);
  });

  it('P1: a bound rests on rows of before: with nothing new to read, an empty table is begun anew', async () => {
    await on.sql.query(`${make}; INSERT INTO t VALUES (11, 'x')`);
    const column = pair('id', integer);
    const from = { value: '11', inclusive: false, orNull: false };
    const table = plan({ watermark: { column, from } });
    expect(await prepare(table)).not.toHaveProperty('restart');
    await on.target.publish(table, context);
    expect(await stands(table)).toBe(true);
    await on.sql.query('TRUNCATE t');
    expect(await stands(table)).toBe(false);
    expect((await prepare(table)).restart).toMatchObject({ restarts: 1 });
  });

  it('P1: rows that a merge has left as they were are missed as well, completed or not', async () => {
    const table = plan({ mode: 'insert-only', ...key });
    for (const completed of [false, true]) {
      await on.sql.query(`DROP TABLE IF EXISTS t; DROP SCHEMA IF EXISTS snowmelt CASCADE; ${make}`);
      await on.sql.query(`INSERT INTO t SELECT n, 'x' FROM generate_series(0, 9) AS n`);
      if (completed) await complete(table);
      else {
        await prepare(table);
        await load(table, 'a', 0, 10);
      }
      await on.sql.query('VACUUM FULL t');
      expect(await prepare(table)).not.toHaveProperty('restart');
      await on.sql.query(`TRUNCATE t; INSERT INTO t VALUES (1000, 'theirs')`);
      expect((await prepare(table)).restart).toMatchObject({ restarts: 1 });
    }
  });

  it('P4: found altered once, its rows are their users’ again', async () => {
    await on.sql.query(make);
    const table = plan();
    await complete(table);
    await on.sql.query('ALTER TABLE t ALTER COLUMN id TYPE numeric');
    expect(await stands(table)).toBe(true);
    await on.sql.query('DELETE FROM t WHERE id > 0');
    expect(await stands(table)).toBe(true);
  });

  it('a table of no rows, read whole, may be empty', async () => {
    await on.sql.query(make);
    const table = plan({ mode: 'truncate' });
    await complete(table, 0);
    expect(await stands(table)).toBe(true);
    await on.sql.query(`DROP TABLE t; ${make}`);
    // Another one, and nothing was in it that could be missed.
    expect(await prepare(table)).not.toHaveProperty('restart');
    expect(await stands(table)).toBe(false);
    await on.target.publish(table, context);
    expect(await stands(table)).toBe(true);
  });

  it('what a later run has loaded is that one’s', async () => {
    await on.sql.query(make);
    const [table, later] = [plan({ mode: 'truncate' }), plan({ mode: 'truncate', run: 'later' })];
    await complete(table);
    await complete(later);
    await on.sql.query('TRUNCATE t');
    expect(await stands(table)).toBe(true);
    expect(await stands(later)).toBe(false);
  });

  it('without a ledger, by what the table holds', async () => {
    await on.sql.query(make);
    const table = plan();
    await complete(table);
    await on.sql.query('DROP SCHEMA snowmelt CASCADE');
    expect(await stands(table)).toBe(true);
    await on.sql.query('TRUNCATE t');
    expect(await stands(table)).toBe(false);
    await on.sql.query('DROP TABLE t');
    expect(await stands(table)).toBe(false);
  });

  it('of partitions, one that was rewritten stands, and one that was emptied does not', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id);
      CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (5);
      CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (5) TO (100)`);
    const table = plan();
    await complete(table);
    await on.sql.query('VACUUM FULL t_low');
    expect(await stands(table)).toBe(true);
    await on.sql.query('TRUNCATE t_high');
    expect(await stands(table)).toBe(false);
  });

  it('of partitions, empty ones may be rewritten, and old ones go, while some of its rows stay', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint, name text) PARTITION BY RANGE (id);
      CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (5);
      CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (5) TO (100);
      CREATE TABLE t_rest PARTITION OF t DEFAULT`);
    const table = plan({ mode: 'swap' });
    await complete(table);
    await on.sql.query('VACUUM FULL t');
    expect(await stands(table)).toBe(true);
    await on.sql.query('ALTER TABLE t DETACH PARTITION t_low');
    expect(await stands(table)).toBe(true);
    await on.sql.query(`DROP TABLE t_high, t_rest; CREATE TABLE t_rest PARTITION OF t DEFAULT;
      INSERT INTO t VALUES (1000, 'theirs')`);
    expect(await stands(table)).toBe(false);
  });
});
