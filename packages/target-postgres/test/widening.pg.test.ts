import type { ColumnPair, LogicalType, TablePlan, TypeDecisions } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import {
  bench,
  chunkOf,
  column,
  connectionOf,
  csv,
  opening,
  planFor,
  type Bench,
} from './fixtures.ts';
import { catalog } from './indexes/catalog.ts';

const decimal = (precision: number, scale = 0): LogicalType => ({
  kind: 'decimal',
  precision,
  scale,
});

describe('widening', () => {
  let on: Bench;
  const context = testContext();
  beforeEach(async () => {
    on = await bench();
  });
  afterEach(() => on[Symbol.asyncDispose]());

  const source = (name: string, type: LogicalType, nativeType: string) => ({
    source: { ...column(name.toUpperCase(), type), nativeType },
    target: name,
  });

  async function decide(pairs: readonly ColumnPair[], mayWiden = true): Promise<TypeDecisions> {
    const table = planFor(on.database).target;
    const existing = await on.target.describe(table, context);
    return on.target.decideTypes(
      { table, pairs, existing, mayWiden, digitsAsText: false, jsonAsWritten: false },
      context,
    );
  }

  /** A plan as the engine makes it of what the target decides. */
  async function planOf(pairs: readonly ColumnPair[], parts: Partial<TablePlan> = {}) {
    const { decisions, notices } = await decide(pairs);
    const columns = pairs.map((one) => {
      const found = decisions.find((decision) => decision.column === one.target);
      if (found?.widen === undefined) return one;
      return { ...one, targetType: found.type, widen: found.widen };
    });
    return { plan: planFor(on.database, { columns, ...parts }), notices };
  }

  async function typesOf(table = 'public.t'): Promise<Record<string, string>> {
    const { rows } = await on.sql.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
      [table],
    );
    return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
  }

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
    const { plan, notices } = await planOf(every);
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
    expect(await typesOf()).toEqual(types);
    const [after] = (await on.sql.query('SELECT * FROM t')).rows;
    expect(after).toEqual({ ...before[0], whole: '2147483647', amount: '12345678.9100' });
    expect((await decide(every)).decisions).toEqual([]);
    await on.target.prepare(plan, context);
    expect(await typesOf()).toEqual(types);
    const row = ['2147483647', '999999999999999999', '9'.repeat(25), '12345678.9012', '1.00'];
    const rest = [
      'n'.repeat(50),
      '0.1',
      '2024-01-01T00:00:00.123456',
      '2024-01-01T00:00:00.123456Z',
    ];
    const line = csv([[...row, ...rest, '23:59:59.999999']]);
    await on.target.load(plan, chunkOf('c1'), opening(line, 1), context);
    const { rows } = await on.sql.query('SELECT amount, ratio, clock FROM t WHERE other IS NULL');
    expect(rows).toEqual([{ amount: '12345678.9012', ratio: 0.1, clock: '23:59:59.999999' }]);
  });

  it('says truly whether the table is rewritten', async () => {
    for (const one of every) {
      await on.sql.query(`DROP TABLE IF EXISTS t; ${everySql}; ${firstRow}`);
      const filenode = async () =>
        (await on.sql.query(`SELECT pg_relation_filenode('t') AS node`)).rows[0].node as string;
      const before = await filenode();
      const { plan, notices } = await planOf([one], { run: `run of ${one.target}` });
      await on.target.prepare(plan, context);
      const rewritten = (await filenode()) !== before;
      expect(notices[0]).toContain(
        rewritten ? '(the table is rewritten' : '(the table is not rewritten',
      );
    }
  });

  it('alters nothing where schema_evolution does not allow it, or nothing is narrower', async () => {
    await on.sql.query(everySql);
    expect(await decide(every, false)).toEqual({ decisions: [], notices: [] });
    const default38 = source('whole', decimal(38), 'NUMBER(38,0)');
    expect(await decide([default38])).toEqual({ decisions: [], notices: [] });
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
    const { plan, notices } = await planOf(columns);
    expect(notices[0]).toContain('the other side of child_t_fkey of child, t_up_fkey of t stays');
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
    const { plan } = await planOf([amount]);
    await on.target.prepare(planFor(on.database, { columns: [amount] }), context);
    await on.sql.query(`UPDATE snowmelt.table_ledger SET superseded_by = 'run-9'`);
    await expect(on.target.prepare(plan, context)).rejects.toMatchObject({
      code: 'RUN.TABLE_BUSY',
    });
    expect(await typesOf()).toEqual({ amount: 'numeric(10,2)' });
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
      const { plan } = await planOf([amount], { mode, run: earlier.run });
      if (mode === 'append') {
        await expect(on.target.prepare(plan, context)).rejects.toMatchObject({
          code: 'TARGET.TABLE_UNSUITABLE',
        });
        expect(await typesOf()).toEqual({ amount: 'numeric(10,2)' });
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
    const one = await planOf([source('amount', decimal(14, 2), 'NUMBER(14,2)')], { key: 'one' });
    const other = await planOf([source('amount', decimal(12, 4), 'NUMBER(12,4)')], {
      key: 'other',
    });
    await on.target.prepare(one.plan, context);
    await on.target.prepare(other.plan, context);
    await on.target.prepare(one.plan, context);
    expect(await typesOf()).toEqual({ amount: 'numeric(16,4)' });
    await on.sql.query('DROP TABLE t; CREATE TABLE t (amount text)');
    await expect(on.target.prepare(one.plan, context)).rejects.toMatchObject({
      code: 'TARGET.TABLE_UNSUITABLE',
      message: expect.stringContaining('is text now'),
    });
  });

  it('P8: a lock that does not come names who holds it', async () => {
    await on.sql.query(`CREATE TABLE t (id smallint)`);
    const { plan } = await planOf([source('id', decimal(9), 'NUMBER(9,0)')]);
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

  describe('what stops ALTER COLUMN TYPE is found beforehand, and nothing else is', () => {
    const small = source('id', decimal(9), 'NUMBER(9,0)');
    const toNumeric = source('id', decimal(20), 'NUMBER(20,0)');
    const plain = 'CREATE TABLE t (id smallint, other text);';
    const blocking: readonly (readonly [string, ColumnPair, string])[] = [
      ['a view', small, `${plain} CREATE VIEW v AS SELECT id FROM t`],
      [
        'a materialized view',
        small,
        `${plain} CREATE MATERIALIZED VIEW v AS SELECT id + 1 AS x FROM t`,
      ],
      [
        'a rule',
        small,
        `${plain} CREATE RULE r AS ON UPDATE TO t WHERE old.id > 5 DO INSTEAD NOTHING`,
      ],
      [
        'a generated column',
        small,
        `CREATE TABLE t (id smallint, twice int GENERATED ALWAYS AS (id * 2) STORED)`,
      ],
      ['a policy', small, `${plain} CREATE POLICY p ON t USING (id > 1)`],
      [
        'a trigger of the column',
        small,
        `${plain} CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER g BEFORE UPDATE OF id ON t FOR EACH ROW EXECUTE FUNCTION f()`,
      ],
      [
        'the condition of a trigger',
        small,
        `${plain} CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (new.id > 5) EXECUTE FUNCTION f()`,
      ],
      [
        'a SQL function',
        small,
        `${plain} CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT max(id) FROM t; END`,
      ],
      ['a publication', small, `${plain} CREATE PUBLICATION p FOR TABLE t WHERE (id > 5)`],
      ['a list of published columns', small, `${plain} CREATE PUBLICATION p FOR TABLE t (id)`],
      ['the partition key', small, `CREATE TABLE t (id smallint) PARTITION BY LIST (id)`],
      [
        'an expression of the partition key',
        small,
        `CREATE TABLE t (id smallint) PARTITION BY LIST ((id + 1))`,
      ],
      ['a parent', small, `CREATE TABLE p (id smallint); CREATE TABLE t () INHERITS (p)`],
      ['the type of a typed table', small, `CREATE TYPE c AS (id smallint); CREATE TABLE t OF c`],
      ['a column of the row type', small, `${plain} CREATE TABLE u (r t)`],
      [
        'a view on a partition',
        small,
        `CREATE TABLE t (id smallint, k int) PARTITION BY LIST (k);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE VIEW v AS SELECT id FROM t1`,
      ],
      ['an identity', toNumeric, `CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY)`],
      [
        'a key that leads out',
        toNumeric,
        `CREATE TABLE u (id bigint PRIMARY KEY); CREATE TABLE t (id bigint REFERENCES u)`,
      ],
    ];
    it.each(blocking)('%s stops it', async (_title, one, sql) => {
      await on.sql.query(sql);
      const { decisions, notices } = await decide([one]);
      expect(decisions).toEqual([]);
      const [, byHand = ''] = /By hand: (ALTER TABLE .*;)$/.exec(notices[0] ?? '') ?? [];
      await expect(on.sql.query(byHand)).rejects.toMatchObject({ severity: 'ERROR' });
    });

    const harmless: readonly (readonly [string, ColumnPair, string])[] = [
      ['a primary key', small, 'CREATE TABLE t (id smallint PRIMARY KEY)'],
      ['an exclusion constraint', small, `CREATE TABLE t (id smallint, EXCLUDE (id WITH =))`],
      ['an index on an expression', small, `${plain} CREATE INDEX ON t ((id + 1))`],
      ['a serial default', small, 'CREATE TABLE t (id smallserial)'],
      ['an identity', small, 'CREATE TABLE t (id smallint GENERATED BY DEFAULT AS IDENTITY)'],
      [
        'a foreign key',
        small,
        'CREATE TABLE u (id smallint PRIMARY KEY); CREATE TABLE t (id smallint REFERENCES u)',
      ],
      [
        'extended statistics',
        small,
        `CREATE TABLE t (id smallint, o int); CREATE STATISTICS s ON id, o FROM t`,
      ],
      [
        'a replica identity',
        small,
        'CREATE TABLE t (id smallint PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey',
      ],
      ['a view of another column', small, `${plain} CREATE VIEW v AS SELECT other FROM t`],
      [
        'a trigger of any column',
        small,
        `${plain} CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()`,
      ],
      [
        'partitions by another column',
        small,
        `CREATE TABLE t (id smallint, k int) PARTITION BY LIST (k);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE INDEX ON t (id)`,
      ],
    ];
    it.each(harmless)('%s does not', async (_title, one, sql) => {
      await on.sql.query(sql);
      const { plan } = await planOf([one]);
      await on.target.prepare(plan, context);
      expect(await typesOf()).toMatchObject({ id: 'integer' });
    });

    it('a key that leads in does not, even from an integer to a numeric', async () => {
      await on.sql.query(`
        CREATE TABLE t (id bigint PRIMARY KEY); CREATE TABLE u (t bigint REFERENCES t)`);
      const { plan } = await planOf([toNumeric]);
      await on.target.prepare(plan, context);
      expect(await typesOf()).toEqual({ id: 'numeric(20,0)' });
    });

    it('a role that does not own the table is told so', async () => {
      const role = `reader_${process.pid}_${Date.now()}`;
      await on.sql.query(
        `${plain} CREATE ROLE ${role} LOGIN PASSWORD 'r'; GRANT ALL ON t TO ${role}`,
      );
      const connection = { ...connectionOf(on.database), user: role, password: 'r' };
      const limited = createPostgresTarget({ connection });
      const table = planFor(on.database).target;
      const existing = await limited.describe(table, context);
      const asked = {
        table,
        pairs: [small],
        existing,
        mayWiden: true,
        digitsAsText: false,
        jsonAsWritten: false,
      };
      const { decisions, notices } = await limited.decideTypes(asked, context);
      await limited[Symbol.asyncDispose]();
      await on.sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      expect(decisions).toEqual([]);
      expect(notices).toEqual([expect.stringContaining('does not own it')]);
    });
  });
});
