import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { connectionOf, integer, pair, planFor, text } from './fixtures.ts';
import { emptyBench } from './use-bench.ts';

type Rows = readonly (readonly (string | null)[])[];

describe('upsert and insert-only', () => {
  const on = emptyBench();
  const context = testContext();

  const plan = (parts: Partial<TablePlan> = {}) =>
    planFor(on.database, { mode: 'upsert', keyColumns: ['id'], ...parts });

  async function load(table: TablePlan, rows: Rows) {
    await on.target.prepare(table, context);
    return on.load(table, rows);
  }

  async function stored(columns = '*'): Promise<unknown[]> {
    const query = { text: `SELECT ${columns} FROM public.t ORDER BY 1`, rowMode: 'array' as const };
    return (await on.sql.query<unknown[]>(query)).rows;
  }

  async function findings(table: TablePlan, severity: 'error' | 'warning' = 'error') {
    const found = await on.findings(table);
    return found.filter((one) => one.severity === severity);
  }

  describe('the table', () => {
    it('that the run creates has the key for its primary key', async () => {
      await load(plan({ primaryKey: ['id'] }), [['1', 'a']]);
      const schema = await on.target.describe(plan().target, context);
      expect(schema?.primaryKey).toEqual(['id']);
    });

    it('keeps columns that do not travel, defaults included', async () => {
      await on.sql.query(
        `CREATE TABLE t (id bigint PRIMARY KEY, name text, extra text DEFAULT 'd')`,
      );
      await on.sql.query(`INSERT INTO t VALUES (1, 'old', 'mine')`);
      await load(plan(), [
        ['1', 'new'],
        ['2', 'b'],
      ]);
      expect(await stored()).toEqual([
        ['1', 'new', 'mine'],
        ['2', 'b', 'd'],
      ]);
    });

    it('may be partitioned by a column of the key', async () => {
      await on.sql.query(`CREATE TABLE t (id bigint, name text, PRIMARY KEY (id, name))
        PARTITION BY LIST (name)`);
      await on.sql.query(`CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a')`);
      await on.sql.query(`CREATE TABLE t_rest PARTITION OF t DEFAULT`);
      await on.sql.query(`ALTER TABLE t ADD COLUMN version bigint`);
      const columns = [pair('id', integer), pair('name', text), pair('version', integer)];
      const table = plan({ columns, keyColumns: ['id', 'name'] });
      expect(await findings(table)).toEqual([]);
      await on.sql.query(`INSERT INTO t VALUES (1, 'a', 1), (1, 'b', 1)`);
      await load(table, [
        ['1', 'a', '2'],
        ['1', 'b', '3'],
        ['2', 'a', '4'],
      ]);
      expect(await stored('tableoid::regclass::text, id, version')).toEqual([
        ['t_a', '1', '2'],
        ['t_a', '2', '4'],
        ['t_rest', '1', '3'],
      ]);
    });

    it('may have computed columns, which follow', async () => {
      await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text,
        upper text GENERATED ALWAYS AS (upper(name)) STORED)`);
      await on.sql.query(`INSERT INTO t VALUES (1, 'a')`);
      await load(plan(), [['1', 'b']]);
      expect(await stored()).toEqual([['1', 'b', 'B']]);
    });

    it('may have an identity column for its key, ALWAYS included', async () => {
      await on.sql.query(`CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text)`);
      expect(await findings(plan())).toEqual([]);
      await load(plan(), [['7', 'a']]);
      await load(plan({ run: 'run-2' }), [['7', 'b']]);
      expect(await stored()).toEqual([['7', 'b']]);
    });

    it('an identity column ALWAYS outside of the key is refused by check', async () => {
      await on.sql.query(`CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY,
        name text PRIMARY KEY)`);
      const table = plan({ keyColumns: ['name'] });
      expect(await findings(table)).toEqual([expect.objectContaining({ column: 'id' })]);
      expect(await findings({ ...table, mode: 'insert-only' })).toEqual([]);
    });

    it('its triggers fire, and name their own tables', async () => {
      await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name text)');
      await on.sql.query(`CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$`);
      await on.sql.query(`CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON t
        FOR EACH ROW EXECUTE FUNCTION shout()`);
      expect(await findings(plan(), 'warning')).toContainEqual(
        expect.objectContaining({ message: expect.stringContaining('shout') }),
      );
      await load(plan(), [['1', 'a']]);
      expect(await stored()).toEqual([['1', 'A']]);
    });

    it('P1: a trigger that drops rows fails the chunk', async () => {
      await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name text)');
      await on.sql.query(`CREATE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RETURN NULL; END $$`);
      await on.sql.query(`CREATE TRIGGER drop_it BEFORE INSERT ON t
        FOR EACH ROW WHEN (NEW.id = 2) EXECUTE FUNCTION drop_it()`);
      const rows = [
        ['1', 'a'],
        ['2', 'b'],
      ];
      await expect(load(plan(), rows)).rejects.toMatchObject({
        code: 'TARGET.ROW_COUNT_MISMATCH',
        retry: 'never',
      });
      expect(await stored()).toEqual([]);
    });

    it('its deferred foreign keys are checked at COMMIT', async () => {
      await on.sql.query('CREATE TABLE parent (id bigint PRIMARY KEY)');
      await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text,
        parent bigint DEFAULT 5 REFERENCES parent DEFERRABLE INITIALLY DEFERRED)`);
      await expect(load(plan(), [['1', 'a']])).rejects.toMatchObject({
        code: 'TARGET.ROW_REJECTED',
        message: expect.stringContaining('23503'),
      });
      expect(await stored()).toEqual([]);
    });

    it('P8: a row it refuses is told with its line', async () => {
      await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name text)');
      const rows = [
        ['1', 'a'],
        ['x', 'b'],
      ];
      await expect(load(plan(), rows)).rejects.toMatchObject({
        code: 'TARGET.ROW_REJECTED',
        message: expect.stringContaining('line 2 of the chunk, column id'),
      });
    });
  });

  describe('the key', () => {
    it('P8: check names the index that is missing', async () => {
      await on.sql.query('CREATE TABLE t (id bigint, name text, UNIQUE (id, name))');
      await on.sql.query('CREATE UNIQUE INDEX ON t (id) WHERE id > 0');
      await on.sql.query('CREATE UNIQUE INDEX ON t ((id + 1))');
      const [first, ...others] = await findings(plan());
      expect(first?.fix).toContain('CREATE UNIQUE INDEX ON "public"."t" ("id")');
      expect(others).toEqual([]);
      await on.sql.query('CREATE UNIQUE INDEX ON "public"."t" ("id")');
      expect(await findings(plan())).toEqual([]);
    });

    it('the order of its columns and INCLUDEd ones do not count', async () => {
      await on.sql.query('CREATE TABLE t (id bigint NOT NULL, name text NOT NULL, n int)');
      await on.sql.query('CREATE UNIQUE INDEX ON t (name, id) INCLUDE (n)');
      const table = plan({ keyColumns: ['id', 'name'] });
      expect(await findings(table)).toEqual([]);
      await load(table, [['1', 'a']]);
      await load({ ...table, run: 'run-2' }, [['1', 'a']]);
      expect(await stored()).toEqual([['1', 'a', null]]);
    });

    it('a deferrable one is refused by check, also beside another', async () => {
      await on.sql.query('CREATE TABLE t (id bigint UNIQUE DEFERRABLE, name text)');
      const expected = [expect.objectContaining({ message: expect.stringContaining('t_id_key') })];
      expect(await findings(plan())).toEqual(expected);
      await on.sql.query('CREATE UNIQUE INDEX ON t (id)');
      expect(await findings(plan())).toEqual(expected);
    });

    it('P1: a NULL in a key that takes NULLs for distinct is refused, and told', async () => {
      await on.sql.query('CREATE TABLE t (id bigint UNIQUE, name text)');
      expect(await findings(plan(), 'warning')).toEqual([
        expect.objectContaining({ message: expect.stringContaining('may hold NULL') }),
      ]);
      const rows = [
        ['1', 'a'],
        [null, 'b'],
      ];
      await expect(load(plan(), rows)).rejects.toMatchObject({ code: 'TARGET.ROW_REJECTED' });
      expect(await stored()).toEqual([]);
    });

    it('P1: a NULL in a key whose NULLs are not distinct finds its row', async ({ skip }) => {
      const { rows } = await on.sql.query<{ v: number }>(
        `SELECT current_setting('server_version_num')::int AS v`,
      );
      if ((rows[0]?.v ?? 0) < 150_000) skip('PostgreSQL 15 has it first');
      await on.sql.query('CREATE TABLE t (id bigint UNIQUE NULLS NOT DISTINCT, name text)');
      expect(await findings(plan(), 'warning')).toEqual([]);
      await load(plan(), [
        [null, 'a'],
        [null, 'b'],
      ]);
      await load(plan({ run: 'run-2' }), [[null, 'c']]);
      expect(await stored()).toEqual([[null, 'c']]);
    });

    it('of all columns: there is nothing to update', async () => {
      const keyColumns = ['id', 'name'];
      const table = plan({ keyColumns, primaryKey: keyColumns });
      await load(table, [['1', 'a']]);
      await load({ ...table, run: 'run-2' }, [
        ['1', 'a'],
        ['2', 'a'],
      ]);
      expect(await stored()).toHaveLength(2);
    });

    it('rights: what the role lacks is told', async () => {
      await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name text)');
      const role = `little_${on.database.database.replaceAll(/\W/g, '_')}`;
      await on.sql.query(`CREATE ROLE ${role} LOGIN PASSWORD 'little'`);
      const connection = { ...connectionOf(on.database), user: role, password: 'little' };
      try {
        await using limited = createPostgresTarget({ connection });
        const existing = await limited.describe(plan().target, context);
        const lacks = async (mode: TablePlan['mode']) => {
          const found = await limited.check(plan({ mode }), existing, context);
          return found.flatMap(({ fix }) => /GRANT (.+) ON "public"\."t" /.exec(fix)?.[1] ?? []);
        };
        expect(await lacks('upsert')).toEqual(['SELECT, INSERT, UPDATE']);
        expect(await lacks('insert-only')).toEqual(['SELECT, INSERT']);
      } finally {
        await on.sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      }
    });
  });
});
