import type { ColumnPair, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { decide, decidedPlan, decimal, source, typesOf } from './deciding.ts';
import { chunkOf, connect, connectionOf, csv, opening, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';
import { catalog } from './indexes/catalog.ts';

describe('widening', () => {
  const on = freshBench();
  const context = testContext();

  const every: readonly ColumnPair[] = [
    source('small', decimal(9), 'NUMBER(9,0)'),
    source('whole', decimal(18), 'NUMBER(18,0)'),
    source('big', decimal(25), 'NUMBER(25,0)'),
    source('amount', decimal(12, 4), 'NUMBER(12,4)'),
    source('long', decimal(20, 2), 'NUMBER(20,2)'),
    source('name', { kind: 'text', length: 50 }, 'VARCHAR(50)'),
    source('ratio', { kind: 'float', bits: 64 }, 'FLOAT'),
    source('at', { kind: 'timestamp', precision: 9, zone: 'none' }, 'TIMESTAMP_NTZ(9)'),
    source('zoned', { kind: 'timestamp', precision: 9, zone: 'offset' }, 'TIMESTAMP_TZ(9)'),
    source('clock', { kind: 'time', precision: 9 }, 'TIME(9)'),
  ];
  const everySql = `CREATE TABLE t (
    small smallint, whole integer, big bigint, amount numeric(10,2), long numeric(10,2),
    name varchar(20), ratio real, at timestamp(3), zoned timestamptz(0), clock time(0), other text)`;
  const firstRow = `INSERT INTO t VALUES (32767, 2147483647, 9223372036854775807, 12345678.91,
    99999999.99, 'name', 0.5, '2024-01-01 10:00:00.123', '2024-01-01 10:00:00Z', '23:59:59', 'x')`;

  it('makes each column wide enough, keeps every value, and is done once', async () => {
    await on.sql.query(`${everySql}; ${firstRow}`);
    const before = (await on.sql.query('SELECT * FROM t')).rows;
    const { plan, notices } = await decidedPlan(on, every);
    expect(notices).toHaveLength(every.length);
    await on.target.prepare(plan, context);
    const types = {
      small: 'integer',
      whole: 'bigint',
      big: 'numeric(25,0)',
      amount: 'numeric(12,4)',
      long: 'numeric(20,2)',
      name: 'character varying(50)',
      ratio: 'double precision',
      at: 'timestamp(6) without time zone',
      zoned: 'timestamp(6) with time zone',
      clock: 'time(6) without time zone',
      other: 'text',
    };
    expect(await typesOf(on)).toEqual(types);
    const [after] = (await on.sql.query('SELECT * FROM t')).rows;
    expect(after).toEqual({ ...before[0], whole: '2147483647', amount: '12345678.9100' });
    expect((await decide(on, every)).decisions).toEqual([]);
    await on.target.prepare(plan, context);
    expect(await typesOf(on)).toEqual(types);
    const row = ['2147483647', '999999999999999999', '9'.repeat(25), '12345678.9012', '1.00'];
    const rest = [
      'n'.repeat(50),
      '0.1',
      '2024-01-01T00:00:00.123456',
      '2024-01-01T00:00:00.123456Z',
    ];
    const line = csv([[...row, ...rest, '23:59:59.999999']]);
    await on.target.load(plan, chunkOf('c1'), opening(line, 1), context);
    // The run may plan the table anew, which then finds it wide: its rows stay.
    await on.target.prepare(planFor(on.database, { columns: every }), context);
    const { rows } = await on.sql.query('SELECT amount, ratio, clock FROM t WHERE other IS NULL');
    expect(rows).toEqual([{ amount: '12345678.9012', ratio: 0.1, clock: '23:59:59.999999' }]);
  });

  it('says truly whether the table is rewritten', async () => {
    for (const one of every) {
      await on.sql.query(`DROP TABLE IF EXISTS t; ${everySql}; ${firstRow}`);
      const filenode = async () =>
        (await on.sql.query(`SELECT pg_relation_filenode('t') AS node`)).rows[0].node as string;
      const before = await filenode();
      const { plan, notices } = await decidedPlan(on, [one], { run: `run of ${one.target}` });
      await on.target.prepare(plan, context);
      const rewritten = (await filenode()) !== before;
      expect(notices[0]).toContain(
        rewritten ? '(the table is rewritten' : '(the table is not rewritten',
      );
    }
  });

  it('alters nothing where schema_evolution does not allow it, or nothing is narrower', async () => {
    await on.sql.query(everySql);
    expect(await decide(on, every, false)).toEqual({ decisions: [], notices: [] });
    const default38 = source('whole', decimal(38), 'NUMBER(38,0)');
    expect(await decide(on, [default38])).toEqual({ decisions: [], notices: [] });
  });

  it('P5: nothing else of the table changes, and what hangs on the column is made anew', async () => {
    await on.sql.query(`
      CREATE TABLE t (id integer PRIMARY KEY, up integer REFERENCES t, amount numeric(10,2) NOT NULL
        DEFAULT 1.5 CHECK (amount > 0), other text);
      CREATE INDEX by_amount ON t (amount DESC) INCLUDE (other) WHERE amount > 1;
      CREATE STATISTICS two ON amount, id FROM t;
      CREATE TABLE child (t integer REFERENCES t ON DELETE CASCADE);
      COMMENT ON COLUMN t.amount IS 'money';
      ALTER TABLE t ALTER amount SET STATISTICS 500;
      GRANT SELECT (amount) ON t TO PUBLIC;
      INSERT INTO t VALUES (1, NULL, 2.50, 'x'); INSERT INTO child VALUES (1);`);
    const before = await catalog(on.sql);
    const columns = [
      source('id', decimal(18), 'NUMBER(18,0)'),
      source('amount', decimal(12, 4), 'NUMBER(12,4)'),
    ];
    const { plan, notices } = await decidedPlan(on, columns);
    expect(notices[0]).toContain(
      'the other side of child_t_fkey of public.child, t_up_fkey of public.t stays',
    );
    await on.target.prepare(plan, context);
    const widened = before.map((line) => {
      const isOf = (name: string) => line.includes(`"attname":"${name}"`) && line.includes('"t"');
      if (isOf('id')) return line.replace('"integer"', '"bigint"');
      return isOf('amount') ? line.replace('numeric(10,2)', 'numeric(12,4)') : line;
    });
    expect(widened).not.toEqual(before);
    expect((await catalog(on.sql)).toSorted()).toEqual(widened.toSorted());
  });

  it('P4: a prepare that fails leaves the old type', async () => {
    await on.sql.query(`CREATE TABLE t (amount numeric(10,2))`);
    const amount = source('amount', decimal(12, 4), 'NUMBER(12,4)');
    const { plan } = await decidedPlan(on, [amount]);
    await on.target.prepare(planFor(on.database, { columns: [amount] }), context);
    await on.sql.query(`UPDATE snowmelt.table_ledger SET superseded_by = 'run-9'`);
    await expect(on.target.prepare(plan, context)).rejects.toMatchObject({
      code: 'RUN.SUPERSEDED',
    });
    expect(await typesOf(on)).toEqual({ amount: 'numeric(10,2)' });
  });

  it('P4: a session that is killed while it waits for the table leaves the old type', async () => {
    await on.sql.query('CREATE TABLE t (amount numeric(10,2), id smallint)');
    const { plan } = await decidedPlan(on, [
      source('amount', decimal(12, 4), 'NUMBER(12,4)'),
      source('id', decimal(9), 'NUMBER(9,0)'),
      source('more', decimal(9), 'NUMBER(9,0)'),
    ]);
    const reader = await connect(on.database);
    await reader.query('BEGIN; LOCK TABLE t IN ACCESS SHARE MODE');
    const connection = connectionOf(on.database);
    await using impatient = createPostgresTarget({ connection, outageSeconds: 0 });
    const killed = expect(impatient.prepare(plan, context)).rejects.toMatchObject({
      code: 'TARGET.CONNECTION_LOST',
    });
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE%'`;
    const waiting = async () => (await on.sql.query(kill)).rowCount;
    await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
    await killed;
    await reader.end();
    expect(await typesOf(on)).toEqual({ amount: 'numeric(10,2)', id: 'smallint' });
    await on.target.prepare(plan, context);
    const types = { amount: 'numeric(12,4)', id: 'integer', more: 'integer' };
    expect(await typesOf(on)).toEqual(types);
  });

  it('P8: what has come to hang on a column since the plan was made is named', async () => {
    await on.sql.query('CREATE TABLE t (id smallint)');
    const { plan } = await decidedPlan(on, [source('id', decimal(9), 'NUMBER(9,0)')]);
    await on.sql.query('CREATE VIEW v AS SELECT id FROM t');
    await expect(on.target.prepare(plan, context)).rejects.toMatchObject({
      code: 'TARGET.TABLE_UNSUITABLE',
      message: expect.stringContaining('rule _RETURN on view v depends on column "id"'),
    });
    expect(await typesOf(on)).toEqual({ id: 'smallint' });
  });

  it('P1: rows that this run has loaded through the narrower type do not stay', async () => {
    await on.sql.query(`CREATE TABLE t (amount numeric(10,2))`);
    const amount = source('amount', decimal(12, 4), 'NUMBER(12,4)');
    const rowsOf = (mode: TablePlan['mode']) =>
      planFor(on.database, { columns: [amount], mode, run: `run ${mode}` });
    const rounded = csv([['1.2345']]);
    for (const mode of ['append', 'truncate', 'swap'] as const) {
      const earlier = rowsOf(mode);
      await on.sql.query('ALTER TABLE t ALTER amount TYPE numeric(10,2)');
      await on.target.prepare(earlier, context);
      await on.target.load(earlier, chunkOf('c1'), opening(rounded, 1), context);
      const { plan } = await decidedPlan(on, [amount], { mode, run: earlier.run });
      if (mode === 'append') {
        await expect(on.target.prepare(plan, context)).rejects.toMatchObject({
          code: 'RUN.ROWS_UNFINISHED',
        });
        expect(await typesOf(on)).toEqual({ amount: 'numeric(10,2)' });
        continue;
      }
      await on.target.prepare(plan, context);
      expect(await on.target.receipts(plan, context)).toEqual([]);
      await on.target.load(plan, chunkOf('c1'), opening(rounded, 1), context);
      await on.target.publish(plan, context);
      expect((await on.sql.query('SELECT amount FROM t')).rows).toEqual([{ amount: '1.2345' }]);
    }
  });

  it('two tables of a run that widen one column end with the widest', async () => {
    await on.sql.query(`CREATE TABLE t (amount numeric(10,2))`);
    const one = await decidedPlan(on, [source('amount', decimal(14, 2), 'NUMBER(14,2)')], {
      key: 'one',
    });
    const other = await decidedPlan(on, [source('amount', decimal(12, 4), 'NUMBER(12,4)')], {
      key: 'other',
    });
    await on.target.prepare(one.plan, context);
    await on.target.prepare(other.plan, context);
    await on.target.prepare(one.plan, context);
    expect(await typesOf(on)).toEqual({ amount: 'numeric(16,4)' });
    await on.sql.query('DROP TABLE t; CREATE TABLE t (amount text)');
    await expect(on.target.prepare(one.plan, context)).rejects.toMatchObject({
      code: 'TARGET.TABLE_UNSUITABLE',
      message: expect.stringContaining('is text now'),
    });
  });

  it('P8: a lock that does not come names who holds it', async () => {
    await on.sql.query(`CREATE TABLE t (id smallint)`);
    const { plan } = await decidedPlan(on, [source('id', decimal(9), 'NUMBER(9,0)')]);
    const connection = connectionOf(on.database);
    await using impatient = createPostgresTarget({
      connection,
      settings: { lockTimeoutSeconds: 1 },
    });
    await on.sql.query('BEGIN; LOCK TABLE t IN ACCESS SHARE MODE');
    await expect(impatient.prepare(plan, context)).rejects.toMatchObject({
      code: 'TARGET.LOCKED',
      message: expect.stringContaining('ALTER TABLE of public.t'),
    });
    await on.sql.query('ROLLBACK');
  });
});
