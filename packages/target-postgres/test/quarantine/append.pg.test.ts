import { Readable } from 'node:stream';

import type { PlanParts, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { beforeEach, describe, expect, it } from 'vitest';

import { chunkOf, countRows, opening, planFor } from '../fixtures.ts';
import { sharedBench } from '../use-bench.ts';
import { quarantining, rejectsOf, storedRows } from './fixtures.ts';

describe('a chunk with rows that PostgreSQL refuses, COPYed', () => {
  const on = sharedBench();
  const context = testContext();
  beforeEach(async () => {
    await on.sql.query(
      'DROP TABLE IF EXISTS public.t, public.p; DROP SCHEMA IF EXISTS snowmelt CASCADE',
    );
  });

  async function prepared(parts: PlanParts = {}) {
    const plan = planFor(on.database, { ...quarantining, ...parts });
    await on.target.prepare(plan, context);
    return plan;
  }
  const load = (plan: TablePlan, content: string | Buffer, rows?: number, id = 'c1') =>
    on.target.load(plan, chunkOf(id), opening(content, rows), context);

  const refusals: [string, string, string, string, string | null, string][] = [
    ['a value of no such type', '22P02', '(id bigint, name text)', 'x,b', 'id', ''],
    ['a text that is too long', '22001', '(id bigint, name varchar(3))', '2,"long"', 'name', ''],
    ['a number out of range', '22003', '(id smallint, name text)', '70000,b', 'id', ''],
    ['a NULL where none may be', '23502', '(id bigint, name text NOT NULL)', '2,', 'name', ''],
    ['a key that is stored', '23505', '(id bigint PRIMARY KEY, name text)', '9,b', null, '(9)'],
    ['a CHECK', '23514', '(id bigint CHECK (id < 5), name text)', '7,b', null, ''],
    ['another field count', '22P04', '(id bigint, name text)', '2', null, ''],
    ['U+0000', '22021', '(id bigint, name text)', '2,"a\0b"', 'name', ''],
    ['bytes that are not UTF-8', '22021', '(id bigint, name text)', '2,"\xff"', 'name', ''],
  ];
  it.each(refusals)('%s (%s)', async (...refusal) => {
    const [, state, columns, row, column, stored] = refusal;
    await on.sql.query(`CREATE TABLE t ${columns}`);
    if (stored !== '') await on.sql.query(`INSERT INTO t VALUES ${stored}`);
    const plan = await prepared();
    const bytes = Buffer.from(`1,"a"\n${row}\n3,"c"\n`, 'latin1');
    const receipt = await load(plan, bytes, 3);
    expect(receipt).toEqual({
      chunk: 'c1',
      rows: 2,
      bytes: bytes.length,
      rejected: 1,
      alreadyLoaded: false,
    });
    expect(await rejectsOf(on)).toMatchObject([{ at: 2, state }]);
    const { rows } = await on.sql.query('SELECT row_text FROM snowmelt.rejected_rows');
    expect(rows).toEqual([{ row_text: Buffer.from(row, 'latin1') }]);
    const [reject] = await rejectsOf(on);
    if (column !== null && state !== '22021') expect(reject?.column).toBe(column);
    expect(await countRows(on.sql)).toBe(stored === '' ? 2 : 3);
    expect(await on.target.receipts(plan, context)).toEqual([{ ...receipt, alreadyLoaded: true }]);
  });

  it('a trigger that raises (P0001)', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint, name text);
      CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF new.id = 2 THEN RAISE 'not this one'; END IF; RETURN new; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const plan = await prepared();
    expect(await load(plan, '1,a\n2,b\n3,c\n')).toMatchObject({ rows: 2, rejected: 1 });
    expect(await rejectsOf(on)).toMatchObject([{ at: 2, row: '2,b', state: 'P0001' }]);
  });

  it('P1: a trigger that drops a row says nothing, and the row is not lost', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint, name text);
      CREATE OR REPLACE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF new.id = 2 THEN RETURN NULL; END IF; RETURN new; END $$;
      CREATE TRIGGER drop_row BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION drop_row()`);
    const plan = await prepared();
    expect(await load(plan, '1,a\n2,b\nx,c\n')).toMatchObject({ rows: 1, rejected: 2 });
    expect(await rejectsOf(on)).toMatchObject([
      { at: 2, row: '2,b', state: '02000' },
      { at: 3, row: 'x,c', state: '22P02' },
    ]);
  });

  it('P2: a second load finds the chunk done, with what was rejected', async () => {
    const plan = await prepared();
    const first = await load(plan, '1,a\nx,b\n');
    const neverOpened = () => Promise.reject(new Error('opened'));
    const second = await on.target.load(plan, chunkOf('c1'), neverOpened, context);
    expect(second).toEqual({ ...first, alreadyLoaded: true });
    expect(await rejectsOf(on)).toHaveLength(1);
  });

  it('P1: 100,000 rows, bad ones at the ends of blocks, within quotes and next to each other', async () => {
    const plan = await prepared();
    const bad = new Set([0, 1, 9_999, 10_000, 55_555, 55_556, 55_557, 99_999]);
    const line = (n: number) => `${bad.has(n) ? 'bad' : n},"two\nlines ""${n}"""\n`;
    const content = Array.from({ length: 100_000 }, (_, n) => line(n)).join('');
    expect(await load(plan, content, 100_000)).toMatchObject({ rows: 99_992, rejected: 8 });
    expect((await rejectsOf(on)).map(({ at }) => at)).toEqual([...bad].map((n) => n + 1));
    const { rows } = await on.sql.query('SELECT count(DISTINCT id)::int AS n FROM t');
    expect(rows).toEqual([{ n: 99_992 }]);
  });

  it('without quarantine the chunk fails and leaves nothing', async () => {
    const plan = planFor(on.database);
    await on.target.prepare(plan, context);
    await expect(load(plan, '1,a\nx,b\n')).rejects.toMatchObject({ code: 'TARGET.ROW_REJECTED' });
    expect(await countRows(on.sql)).toBe(0);
    expect(await rejectsOf(on)).toEqual([]);
  });

  describe('foreign keys', () => {
    it('a row without its parent (23503)', async () => {
      await on.sql.query(`
        CREATE TABLE p (id bigint PRIMARY KEY); INSERT INTO p VALUES (1), (3);
        CREATE TABLE t (id bigint REFERENCES p, name text)`);
      const plan = await prepared();
      expect(await load(plan, '1,a\n2,b\n3,c\n')).toMatchObject({ rows: 2, rejected: 1 });
      expect(await rejectsOf(on)).toMatchObject([{ at: 2, row: '2,b', state: '23503' }]);
    });

    const selfReferring = `CREATE TABLE t (id bigint PRIMARY KEY, name bigint REFERENCES t`;
    it.each(['', ' DEFERRABLE INITIALLY DEFERRED'])(
      'a row whose parent comes in a later block finds it, and one without is told (%j)',
      async (deferral) => {
        await on.sql.query(`${selfReferring}${deferral})`);
        const plan = await prepared({ columns: selfColumns() });
        // Each row refers to one in the next block, but for those of the last.
        const parentOf = (n: number) => (n < 15_000 ? n + 10_000 : '');
        const lines = Array.from({ length: 25_000 }, (_, n) => `${n},${parentOf(n)}\n`);
        lines[12_345] = 'bad,1\n';
        lines[2_345] = '2345,\n';
        lines[20_000] = '20000,777777\n';
        lines[10_000] = '10000,\n';
        expect(await load(plan, lines.join(''), 25_000)).toMatchObject({
          rows: 24_998,
          rejected: 2,
        });
        const rejects = await rejectsOf(on);
        expect(rejects.map(({ at, state }) => [at, state])).toEqual([
          [12_346, '22P02'],
          [20_001, '23503'],
        ]);
      },
    );

    it('nobody may refer to a row that was refused', async () => {
      await on.sql.query(`${selfReferring})`);
      const plan = await prepared({ columns: selfColumns() });
      const content = '1,\n2,bad\n3,2\n4,3\n5,1\n';
      expect(await load(plan, content)).toMatchObject({ rows: 2, rejected: 3 });
      expect(await storedRows(on)).toEqual([
        ['1', null],
        ['5', '1'],
      ]);
    });

    function selfColumns() {
      const [id, name] = planFor(on.database).columns;
      if (id === undefined || name === undefined) throw new Error('no columns');
      return [id, { ...name, source: { ...name.source, type: id.source.type } }];
    }
  });

  it('a unique key that waits for COMMIT is asked at once, and named', async () => {
    await on.sql.query(
      'CREATE TABLE t (id bigint, name text, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)',
    );
    const plan = await prepared();
    expect(await load(plan, '1,a\n1,b\n2,c\n')).toMatchObject({ rows: 2, rejected: 1 });
    expect(await rejectsOf(on)).toMatchObject([{ at: 2, row: '1,b', state: '23505' }]);
  });

  it('P8: a deferred constraint trigger is about no row: the chunk fails and says why', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint, name text);
      CREATE OR REPLACE FUNCTION at_last() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE 'the books do not balance' USING ERRCODE = '23514'; END $$;
      CREATE CONSTRAINT TRIGGER at_last AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION at_last()`);
    const plan = await prepared();
    await expect(load(plan, '1,a\n')).rejects.toMatchObject({
      code: 'TARGET.ROW_REJECTED',
      message: expect.stringContaining('do not balance'),
      fix: expect.stringContaining('NOT DEFERRABLE'),
    });
    expect(await countRows(on.sql)).toBe(0);
    expect(await rejectsOf(on)).toEqual([]);
  });

  it('P8: more rows than max_rejected_rows fail the table and leave nothing of the chunk', async () => {
    const plan = await prepared({ rejects: { limit: 3 } });
    expect(await load(plan, '1,a\nx,b\ny,c\n')).toMatchObject({ rejected: 2 });
    await expect(load(plan, 'v,d\n2,e\nw,f\n', 3, 'c2')).rejects.toMatchObject({
      code: 'TARGET.TOO_MANY_REJECTS',
      retry: 'never',
      message: expect.stringMatching(/4 rows of public\.t.*at most 3.*bigint: "…".*22P02/),
    });
    expect(await countRows(on.sql)).toBe(1);
    expect(await rejectsOf(on)).toHaveLength(2);
    expect(await load(plan, 'v,d\n2,e\n', 2, 'c2')).toMatchObject({ rows: 1, rejected: 1 });
  });

  it('a chunk of nothing but bad rows is given up at the limit', async () => {
    const plan = await prepared({ rejects: { limit: 5 } });
    let given = 0;
    async function* pieces() {
      for (given = 0; given < 500; given += 1) yield Buffer.from('bad,row\n'.repeat(1000));
    }
    const open = async () => ({ bytes: Readable.from(pieces(), { objectMode: false }) });
    const loading = on.target.load(plan, chunkOf('c1'), open, context);
    await expect(loading).rejects.toMatchObject({ code: 'TARGET.TOO_MANY_REJECTS' });
    expect(given).toBeLessThan(100);
  });

  it('P1: rows counted that are not those announced leave nothing', async () => {
    const plan = await prepared();
    await expect(load(plan, '1,a\nx,b\n', 3)).rejects.toMatchObject({
      code: 'TARGET.ROW_COUNT_MISMATCH',
    });
    expect(await countRows(on.sql)).toBe(0);
    expect(await rejectsOf(on)).toEqual([]);
  });

  it('rows that a run has planned anew are forgotten with their chunks', async () => {
    const plan = await prepared({ mode: 'truncate' });
    await load(plan, '1,a\nx,b\n');
    const again = { ...plan, read: { ...plan.read, batchRows: 7 } };
    await on.target.prepare(again, context);
    expect(await rejectsOf(on)).toEqual([]);
    expect(await load(again, '1,a\nx,b\n')).toMatchObject({ rows: 1, rejected: 1 });
  });

  it('swap: a row that the shadow refuses stays out, the others take their place', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL);
      INSERT INTO t VALUES (7, 'old')`);
    const plan = await prepared({ mode: 'swap' });
    expect(await load(plan, '1,a\n2,\nx,c\n4,d\n')).toMatchObject({ rows: 2, rejected: 2 });
    expect(await storedRows(on)).toEqual([['7', 'old']]);
    expect(await on.target.publish(plan, context)).toMatchObject({ rows: 2 });
    expect(await storedRows(on)).toEqual([
      ['1', 'a'],
      ['4', 'd'],
    ]);
    expect((await rejectsOf(on)).map(({ row }) => row)).toEqual(['2,', 'x,c']);
  });
});
