import type { ColumnPair, Finding, LogicalType, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { column, connectionOf, integer, pair, planFor, text } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

describe('check', () => {
  const on = freshBench();
  const context = testContext();

  async function findings(parts: Partial<TablePlan> = {}, target = on.target) {
    const plan = planFor(on.database, parts);
    return target.check(plan, await target.describe(plan.target, context), context);
  }
  const brief = (found: readonly Finding[]) =>
    found.map(({ severity, code, column }) => [severity, code.replace('TARGET.', ''), column]);

  it('finds nothing where the table is to be created, nor where it fits', async () => {
    expect(await findings()).toEqual([]);
    await on.sql.query('CREATE TABLE t (id bigint, name text)');
    expect(await findings()).toEqual([]);
  });

  it('finds columns that nothing fills, and columns that cannot be written', async () => {
    await on.sql.query(`CREATE TABLE t (
      id bigint, name text GENERATED ALWAYS AS ('x') STORED, must int NOT NULL,
      may int NOT NULL DEFAULT 1, key bigint GENERATED ALWAYS AS IDENTITY)`);
    expect(brief(await findings())).toEqual([
      ['error', 'TABLE_UNSUITABLE', 'name'],
      ['error', 'TABLE_UNSUITABLE', 'must'],
    ]);
  });

  it.each(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'])(
    'finds that %s is the name of a system column, in a new table and in one that is there',
    async (name) => {
      const parts = { columns: [pair('id', integer), pair(name, text)] };
      const expected = {
        severity: 'error',
        column: name,
        message: `the name "${name}" is that of a system column of PostgreSQL`,
        fix: 'Map it to another name with column_mapping.',
      };
      expect(await findings(parts)).toMatchObject([expected]);
      await on.sql.query('CREATE TABLE t (id bigint)');
      expect(await findings(parts)).toMatchObject([expected]);
    },
  );

  it.each([
    ['public', 'T', /"public"."T".*"public"."t".*second table/, 'target: "t"'],
    ['Public', 't', /"Public"."t".*"public"."t".*second table/, 'target_pg_schema: "public"'],
    ['Public', 'new', /"Public".*"public".*second schema/, 'target_pg_schema: "public"'],
  ])('tells what %s.%s would be made beside', async (schema, name, message, fix) => {
    await on.sql.query('CREATE TABLE t (id bigint, name text)');
    const { database } = on.database;
    const found = await findings({ target: { database, schema, name } });
    expect(found).toMatchObject([{ severity: 'warning', message, fix: /./ }]);
    expect(found[0]?.fix).toContain(fix);
  });

  it('weighs types: fits, cast, loss, no', async () => {
    await on.sql.query(`CREATE TABLE t (
      same bigint, big bigint, to_text text, cast_int int, rounded numeric(10,2), no_bool boolean,
      no_zone timestamp, zoned timestamptz, strict text NOT NULL)`);
    const at = (zone: 'none' | 'instant'): LogicalType => ({
      kind: 'timestamp',
      precision: 6,
      zone,
    });
    const columns: ColumnPair[] = [
      pair('same', integer),
      pair('big', { kind: 'decimal', precision: 38, scale: 0 }),
      pair('to_text', { kind: 'json', shape: 'any' }),
      pair('cast_int', text),
      pair('rounded', { kind: 'decimal', precision: 12, scale: 4 }),
      pair('no_bool', { kind: 'decimal', precision: 12, scale: 4 }),
      pair('no_zone', at('instant')),
      pair('zoned', at('none')),
      pair('strict', text),
    ];
    expect(brief(await findings({ columns }))).toEqual([
      ['warning', 'TABLE_UNSUITABLE', 'strict'],
      ['warning', 'TABLE_UNSUITABLE', 'big'],
      ['warning', 'TABLE_UNSUITABLE', 'cast_int'],
      ['warning', 'TABLE_UNSUITABLE', 'rounded'],
      ['error', 'TABLE_UNSUITABLE', 'no_bool'],
      ['error', 'TABLE_UNSUITABLE', 'no_zone'],
      ['warning', 'TABLE_UNSUITABLE', 'zoned'],
    ]);
  });

  it('does not warn of a primary key, whose source is nullable as Snowflake has it', async () => {
    await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL)');
    expect(brief(await findings())).toEqual([['warning', 'TABLE_UNSUITABLE', 'name']]);
  });

  it('says of columns that go the same way once what becomes of them', async () => {
    await on.sql.query('CREATE TABLE t (a bigint, b bigint, c integer)');
    const number: LogicalType = { kind: 'decimal', precision: 38, scale: 0 };
    const found = await findings({ columns: ['a', 'b', 'c'].map((name) => pair(name, number)) });
    expect(found.map(({ message, column: name }) => [message, name])).toEqual([
      [
        'DECIMAL goes into a, b bigint: a value beyond 9223372036854775807 is refused, and its row named',
        undefined,
      ],
      [expect.stringContaining('into c integer'), 'c'],
    ]);
  });

  it('finds names that PostgreSQL would cut, and columns written twice', async () => {
    const long = 'ä'.repeat(32);
    const columns = [pair(long, text), pair('a', text), pair('a', text), pair('A', text)];
    expect(brief(await findings({ columns }))).toEqual([
      ['error', 'TABLE_UNSUITABLE', long],
      ['error', 'TABLE_UNSUITABLE', 'a'],
    ]);
  });

  it('finds new columns without a type, and a key that does not travel', async () => {
    const columns = [pair('odd', { kind: 'unknown' })];
    expect(brief(await findings({ columns, primaryKey: ['id'] }))).toEqual([
      ['error', 'TABLE_UNSUITABLE', 'odd'],
      ['error', 'TABLE_UNSUITABLE', 'id'],
    ]);
  });

  it('finds views', async () => {
    await on.sql.query(`CREATE VIEW t AS SELECT 1::bigint AS id, 'a'::text AS name`);
    expect(await findings()).toMatchObject([
      { severity: 'error', message: 'public.t is a view; rows can only be COPYed into a table' },
    ]);
  });

  it('finds triggers, but not the ones that foreign keys are made of', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint PRIMARY KEY, name text);
      CREATE TABLE other (id bigint REFERENCES t);
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER mine BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
      CREATE TRIGGER off BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
      ALTER TABLE t DISABLE TRIGGER off;`);
    const found = await findings({
      columns: [{ source: column('ID', integer, { nullable: false }), target: 'id' }],
    });
    expect(found).toMatchObject([
      { severity: 'warning', message: 'triggers of public.t fire for every row: mine' },
    ]);
  });

  it('P5: names the tables that TRUNCATE would reach, also by partitions', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9);
      CREATE TABLE whole (id bigint REFERENCES t);
      CREATE TABLE part (id bigint REFERENCES t1);
      CREATE TABLE self (id bigint PRIMARY KEY, up bigint REFERENCES self, w bigint REFERENCES t);`);
    const errors = async (parts: Partial<TablePlan>) =>
      (await findings(parts)).filter(({ severity }) => severity === 'error');
    expect(await errors({ mode: 'truncate' })).toMatchObject([
      {
        code: 'TARGET.TRUNCATE_CASCADES',
        message: expect.stringContaining('public.part, public.self, public.whole'),
      },
    ]);
    expect(await errors({ mode: 'truncate', emptiesOthers: true })).toEqual([]);
    expect(await errors({ mode: 'append' })).toEqual([]);
  });

  describe('with a role that may do little', () => {
    let limited: ReturnType<typeof createPostgresTarget>;
    const role = `limited_${process.pid}_${Date.now()}`;
    beforeEach(async () => {
      await on.sql.query(`CREATE ROLE ${role} LOGIN PASSWORD 'little'`);
      const connection = { ...connectionOf(on.database), user: role, password: 'little' };
      limited = createPostgresTarget({ connection });
    });
    afterEach(async () => {
      await limited[Symbol.asyncDispose]();
      await on.sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    });

    it('finds every right that is missing, and none when they are there', async () => {
      expect(brief(await findings({}, limited))).toEqual([
        ['error', 'PRIVILEGE', undefined], // the ledger
        ['error', 'PRIVILEGE', undefined], // the table
      ]);
      await on.sql.query('CREATE TABLE t (id bigint)');
      expect(brief(await findings({ mode: 'truncate' }, limited))).toEqual([
        ['error', 'PRIVILEGE', undefined], // the ledger
        ['error', 'PRIVILEGE', undefined], // SELECT, INSERT, TRUNCATE
        ['error', 'PRIVILEGE', undefined], // columns to be added
      ]);
      await on.sql.query(`
        GRANT CREATE ON DATABASE ${on.database.database} TO ${role};
        ALTER TABLE t OWNER TO ${role};`);
      expect(await findings({ mode: 'truncate' }, limited)).toEqual([]);
    });

    it('finds row-level security', async () => {
      await on.sql.query(`
        CREATE TABLE t (id bigint, name text);
        ALTER TABLE t ENABLE ROW LEVEL SECURITY;
        GRANT ALL ON t TO ${role}; GRANT CREATE ON DATABASE ${on.database.database} TO ${role};`);
      expect(await findings({}, limited)).toMatchObject([
        { severity: 'error', message: expect.stringContaining('row-level security') },
      ]);
    });

    it('a role without CREATE loads where the ledger and the table are there', async () => {
      const plan = planFor(on.database);
      await on.target.prepare(plan, context);
      await on.sql.query(`
        GRANT USAGE ON SCHEMA snowmelt TO ${role};
        GRANT ALL ON ALL TABLES IN SCHEMA snowmelt TO ${role};
        GRANT SELECT, INSERT, DELETE ON t TO ${role};`);
      expect(await findings({}, limited)).toEqual([]);
      await limited.prepare({ ...plan, run: 'run-2' }, context);
      expect(await limited.publish({ ...plan, run: 'run-2' }, context)).toEqual({ rows: 0 });
    });

    it('P8: a right that is missing at work is told as such', async () => {
      await expect(limited.prepare(planFor(on.database), context)).rejects.toMatchObject({
        code: 'TARGET.PRIVILEGE',
        retry: 'never',
      });
    });
  });
});
