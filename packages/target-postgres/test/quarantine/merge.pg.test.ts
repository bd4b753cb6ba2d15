import type { PlanParts, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { beforeEach, describe, expect, it } from 'vitest';

import { chunkOf, column, countRows, integer, opening, pair, planFor, text } from '../fixtures.ts';
import { sharedBench } from '../use-bench.ts';
import { quarantining, rejectsOf, storedRows } from './fixtures.ts';

describe('a chunk with rows that PostgreSQL refuses, merged', () => {
  const on = sharedBench();
  const context = testContext();
  beforeEach(async () => {
    await on.sql.query(
      'DROP TABLE IF EXISTS public.t, public.p; DROP SCHEMA IF EXISTS snowmelt CASCADE',
    );
  });

  const watermark = { column: pair('at', integer) };
  const columns = [pair('id', integer), pair('name', text), pair('at', integer)];
  async function prepared(definition: string, parts: PlanParts = {}) {
    await on.sql.query(`CREATE TABLE t (${definition})`);
    const plan = planFor(on.database, {
      ...quarantining,
      mode: 'upsert',
      keyColumns: ['id'],
      columns,
      ...parts,
    });
    await on.target.prepare(plan, context);
    return plan;
  }
  const load = (plan: TablePlan, content: string, id = 'c1') =>
    on.target.load(plan, chunkOf(id), opening(content), context);

  const plainKey = 'id bigint PRIMARY KEY, name varchar(5), at int';
  const refusals: [string, string, string, string, string][] = [
    ['a value of no such type', '22P02', plainKey, '2,b,x', '2,b,x'],
    ['a text that is too long', '22001', plainKey, '2,too long,1', '2,too long,1'],
    ['a number out of range', '22003', plainKey, '2,b,3000000000', '2,b,3000000000'],
    ['a NULL key', '23502', 'id bigint UNIQUE, name text, at int', ',b,1', ',b,1'],
    [
      'a NULL elsewhere',
      '23502',
      'id bigint PRIMARY KEY, name text NOT NULL, at int',
      '2,,1',
      '2,,1',
    ],
    [
      'a CHECK',
      '23514',
      'id bigint PRIMARY KEY, name text, at int CHECK (at < 5)',
      '2,b,7',
      '2,b,7',
    ],
    [
      'another unique key',
      '23505',
      'id bigint PRIMARY KEY, name text UNIQUE, at int',
      '2,"old",1',
      '2,old,1',
    ],
    ['U+0000', '22021', plainKey, '2,"a\0",1', '2,"a\\000",1'],
  ];
  describe.each(['upsert', 'insert-only'] as const)('%s', (mode) => {
    it.each(refusals)('%s (%s)', async (...refusal) => {
      const [, state, definition, row, stored] = refusal;
      const plan = await prepared(definition, { mode });
      await on.sql.query(`INSERT INTO t VALUES (9, 'old', 0)`);
      expect(await load(plan, `1,"a",1\n${row}\n3,"c",1\n`)).toMatchObject({
        rows: 2,
        rejected: 1,
      });
      expect(await rejectsOf(on)).toMatchObject([{ row: stored, state }]);
      expect(await countRows(on.sql)).toBe(3);
    });

    it('a row without its parent (23503), and one whose parent comes after it', async () => {
      await on.sql.query('CREATE TABLE p (id bigint PRIMARY KEY); INSERT INTO p VALUES (1), (3)');
      const plan = await prepared('id bigint PRIMARY KEY, name text, at bigint REFERENCES p', {
        mode,
      });
      expect(await load(plan, '1,a,1\n2,b,2\n3,c,3\n')).toMatchObject({ rows: 2, rejected: 1 });
      expect(await rejectsOf(on)).toMatchObject([{ row: '2,b,2', state: '23503' }]);
    });

    it('a tree: every row whose parent is there goes in', async () => {
      const plan = await prepared(
        'id bigint PRIMARY KEY, name text NOT NULL, at bigint REFERENCES t',
        { mode },
      );
      expect(await load(plan, '1,a,2\n2,b,3\n3,c,\n4,,\n5,e,4\n6,f,99\n')).toMatchObject({
        rows: 3,
        rejected: 3,
      });
      expect((await rejectsOf(on)).map(({ row, state }) => [row, state])).toEqual([
        ['4,,', '23502'],
        ['5,e,4', '23503'],
        ['6,f,99', '23503'],
      ]);
    });
  });

  it('P1: which row of a key counts is decided before rows are refused', async () => {
    const plan = await prepared(
      'id bigint PRIMARY KEY, name text, at int, CHECK (name <> $$bad$$)',
      { watermark },
    );
    await on.sql.query(`INSERT INTO t VALUES (1, 'old', 1), (2, 'old', 5)`);
    const content = '1,old,2\n1,bad,3\n2,newer,6\n2,older,4\n3,bad,1\n4,first,1\n4,last,1\n';
    expect(await load(plan, content)).toMatchObject({ rows: 5, rejected: 2 });
    expect(await storedRows(on)).toEqual([
      ['1', 'old', 1],
      ['2', 'newer', 6],
      ['4', 'last', 1],
    ]);
    expect((await rejectsOf(on)).map(({ row }) => row)).toEqual(['1,bad,3', '3,bad,1']);
  });

  it('a refused row of a merge keeps its values: quotes, line ends, empty and no text', async () => {
    const plan = await prepared('id bigint PRIMARY KEY, name text CHECK (id <> 2), at int');
    expect(await load(plan, '1,"a",1\n2,"x\ny ""z"" \\.",\n')).toMatchObject({ rejected: 1 });
    expect(await rejectsOf(on)).toMatchObject([{ row: '2,"x\ny ""z"" \\\\.",', state: '23514' }]);
  });

  it('P1: a trigger that drops a row fails the chunk, rejects or not', async () => {
    const plan = await prepared('id bigint PRIMARY KEY, name text NOT NULL, at int');
    await on.sql.query(`
      CREATE OR REPLACE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF new.id = 2 THEN RETURN NULL; END IF; RETURN new; END $$;
      CREATE TRIGGER drop_row BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION drop_row()`);
    await expect(load(plan, '1,a,1\n2,b,1\n3,,1\n')).rejects.toMatchObject({
      code: 'TARGET.ROW_COUNT_MISMATCH',
    });
    expect(await load(plan, '1,a,1\n3,,1\n', 'c2')).toMatchObject({ rows: 1, rejected: 1 });
  });

  it('30,000 rows, bad ones in each part of the merge', async () => {
    const plan = await prepared('id bigint PRIMARY KEY, name text, at int CHECK (at >= 0)');
    const bad = new Set([0, 9_999, 10_000, 29_999]);
    const lines = Array.from({ length: 30_000 }, (_, n) => `${n},"x",${bad.has(n) ? -1 : 1}\n`);
    lines[15_000] = '15000,"x",bad\n';
    expect(await load(plan, lines.join(''))).toMatchObject({ rows: 29_995, rejected: 5 });
    expect(await countRows(on.sql)).toBe(29_995);
  });

  it('a first load: what COPY refuses is merged around', async () => {
    const parts = { firstLoad: true, watermark };
    const plan = await prepared('id bigint PRIMARY KEY, name text, at int', parts);
    expect(await load(plan, '1,a,1\n1,b,2\n2,c,x\n')).toMatchObject({ rows: 2, rejected: 1 });
    expect(await storedRows(on)).toEqual([['1', 'b', 2]]);
  });

  it('more rows with a NULL in their key than may be fail the table', async () => {
    const plan = await prepared('id bigint UNIQUE, name text, at int', { rejects: { limit: 2 } });
    await expect(load(plan, ',a,1\n'.repeat(3))).rejects.toMatchObject({
      code: 'TARGET.TOO_MANY_REJECTS',
    });
    expect(await rejectsOf(on)).toEqual([]);
  });

  it('a column of any name goes its way', async () => {
    const odd = column('N', text);
    const plan = await prepared('id bigint PRIMARY KEY, snowmelt_number text NOT NULL', {
      columns: [pair('id', integer), { source: odd, target: 'snowmelt_number' }],
    });
    expect(await load(plan, '1,a\n2,\n')).toMatchObject({ rows: 1, rejected: 1 });
  });
});
