import type { PlanParts } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { beforeEach, describe, expect, it } from 'vitest';

import { chunkOf, connect, countRows, integer, opening, pair, planFor, text } from '../fixtures.ts';
import { sharedBench } from '../use-bench.ts';
import { quarantining, rejectsOf, storedRows } from './fixtures.ts';

describe('rows in quarantine', () => {
  const on = sharedBench();
  const context = testContext();
  beforeEach(async () => {
    await on.sql.query('DROP TABLE IF EXISTS public.t; DROP SCHEMA IF EXISTS snowmelt CASCADE');
  });

  async function loaded(content: string, parts: PlanParts = {}) {
    const plan = planFor(on.database, { ...quarantining, ...parts });
    await on.target.prepare(plan, context);
    await on.target.load(plan, chunkOf('c1'), opening(content), context);
    await on.target.publish(plan, context);
    return plan;
  }
  const retry = (filter = {}) => on.target.rejects.retry(on.database.database, filter, context);
  const list = (query = {}) =>
    on.target.rejects.groups(on.database.database, { all: false, ...query }, context);
  const show = (limit = 10) =>
    on.target.rejects.rows(on.database.database, { all: true, limit }, context);

  it('a database without a ledger has none', async () => {
    expect(await list()).toEqual([]);
    expect(await show()).toEqual([]);
    expect(await retry()).toEqual([]);
  });

  it('are listed by their reasons, and shown one by one', async () => {
    await on.sql.query('CREATE TABLE t (id smallint, name varchar(3))');
    const plan = await loaded('x,a\ny,b\n1,"long one"\n70000,c\n80000,d\n2,\n', { run: 'run-7' });
    const at = { run: 'run-7', table: plan.key, target: plan.target, state: 'open' };
    expect(await list()).toEqual([
      {
        ...at,
        code: '22P02',
        column: 'id',
        reason: 'invalid input syntax for type smallint',
        rows: 2,
      },
      {
        ...at,
        code: '22001',
        column: 'name',
        reason: 'value too long for type character varying(3)',
        rows: 1,
      },
      {
        ...at,
        code: '22003',
        column: 'id',
        reason: 'value is out of range for type smallint',
        rows: 2,
      },
    ]);
    expect((await show(1))[0]).toEqual({
      ...at,
      id: '1',
      chunk: 'c1',
      rowInChunk: 1,
      code: '22P02',
      column: 'id',
      message: 'invalid input syntax for type smallint: "x"',
      rejectedAt: expect.any(Date),
      row: 'x,a',
    });
    for (const table of ['t', 'public.t']) expect(await list({ table })).toHaveLength(3);
    for (const other of [{ table: 'T' }, { run: 'run-1' }]) expect(await list(other)).toEqual([]);
  });

  it('P2: after the target was mended they go in, each once, bytes and all', async () => {
    await on.sql.query('CREATE TABLE t (id bigint, name varchar(3))');
    await loaded('1,a\n2,"lo,""ng\n"\nx,c\n');
    expect(await retry()).toMatchObject([{ busy: false, loaded: 0, left: 2 }]);
    await on.sql.query('ALTER TABLE t ALTER name TYPE text');
    expect(await retry()).toMatchObject([{ loaded: 1, left: 1 }]);
    expect(await retry()).toMatchObject([{ loaded: 0, left: 1 }]);
    await on.sql.query('ALTER TABLE t ALTER id TYPE text');
    expect(await retry()).toMatchObject([{ loaded: 1, left: 0 }]);
    expect(await retry()).toEqual([]);
    expect(await storedRows(on)).toEqual([
      ['1', 'a'],
      ['2', 'lo,"ng\n'],
      ['x', 'c'],
    ]);
    expect((await show()).map(({ state }) => state)).toEqual(['loaded', 'loaded']);
    expect(await list()).toEqual([]);
  });

  it('bytes that are not UTF-8 are shown as such, and sent again as they were', async () => {
    const row = Buffer.from('2,"\xff"\n', 'latin1');
    await loaded(row as unknown as string);
    expect((await show())[0]?.row).toBe('2,"\\xff"');
    expect(await retry()).toMatchObject([{ loaded: 0, left: 1 }]);
    const { rows } = await on.sql.query('SELECT row_text FROM snowmelt.rejected_rows');
    expect(rows).toEqual([{ row_text: row.subarray(0, -1) }]);
  });

  it('a row that is refused for another reason has the new one', async () => {
    await on.sql.query('CREATE TABLE t (id bigint CHECK (id < 9), name varchar(3))');
    await loaded('99,"long"\n');
    await on.sql.query('ALTER TABLE t ALTER name TYPE text');
    expect(await retry()).toMatchObject([{ left: 1 }]);
    expect(await list()).toMatchObject([{ code: '23514' }]);
    expect(await rejectsOf(on)).toMatchObject([{ state: '23514', column: null }]);
  });

  it('parents go in before their children, whatever the order', async () => {
    await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name bigint REFERENCES t)');
    const [id] = planFor(on.database).columns;
    if (id === undefined) throw new Error('no columns');
    await loaded('2,1\n3,2\n9,8\n', { columns: [id, pair('name', integer)] });
    await on.sql.query('INSERT INTO t VALUES (1, NULL)');
    expect(await retry()).toMatchObject([{ loaded: 2, left: 1 }]);
    expect(await countRows(on.sql)).toBe(3);
  });

  describe('of a merge', () => {
    const columns = [pair('id', integer), pair('name', text), pair('at', integer)];
    const parts = {
      mode: 'upsert',
      keyColumns: ['id'],
      columns,
      watermark: { column: pair('at', integer) },
    } as const;

    it('an older row does not take the place of a newer one', async () => {
      await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name varchar(3), at int)');
      await loaded('1,"long",1\n1,b,2\n2,"longer",5\n2,c,4\n', parts);
      await on.sql.query('ALTER TABLE t ALTER name TYPE text');
      expect(await retry()).toMatchObject([{ loaded: 2, left: 0 }]);
      expect(await storedRows(on)).toEqual([
        ['1', 'b', 2],
        ['2', 'longer', 5],
      ]);
    });

    it('a NULL in the key stays out', async () => {
      await on.sql.query('CREATE TABLE t (id bigint UNIQUE, name text, at int)');
      await loaded(',a,1\n', parts);
      expect(await retry()).toMatchObject([{ loaded: 0, left: 1 }]);
      expect(await countRows(on.sql)).toBe(0);
    });

    it('a later run that has read everything again makes them superseded', async () => {
      await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name varchar(3), at int)');
      await loaded('1,"long",1\n', parts);
      await loaded('1,"long",1\n', { ...parts, run: 'run-2' });
      expect(await list()).toMatchObject([{ run: 'run-2' }]);
      expect((await show()).map(({ run, state }) => [run, state])).toEqual([
        ['run-1', 'superseded'],
        ['run-2', 'open'],
      ]);
    });

    it('a later run that has read a part leaves them open', async () => {
      await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name varchar(3), at int)');
      await loaded('1,"long",1\n2,b,1\n', parts);
      const from = { value: '1', inclusive: true, orNull: true };
      const watermark = { ...parts.watermark, from };
      await loaded('1,"long",1\n', { ...parts, watermark, run: 'run-2' });
      expect(await list()).toMatchObject([{ run: 'run-1' }, { run: 'run-2' }]);
    });
  });

  it.each(['truncate', 'swap'] as const)('a later %s makes them superseded', async (mode) => {
    await loaded('x,a\n');
    await loaded('y,b\n', { run: 'run-2', mode });
    expect(await list()).toMatchObject([{ run: 'run-2', rows: 1 }]);
    await on.sql.query('ALTER TABLE t ALTER id TYPE text');
    expect(await retry()).toMatchObject([{ run: 'run-2', loaded: 1 }]);
    expect(await storedRows(on)).toEqual([['y', 'b']]);
  });

  it('of a swap that has not taken its place they are not tried', async () => {
    const plan = planFor(on.database, { ...quarantining, mode: 'swap' });
    await on.target.prepare(plan, context);
    await on.target.load(plan, chunkOf('c1'), opening('x,a\n'), context);
    await on.sql.query('ALTER TABLE t ALTER id TYPE text');
    expect(await retry()).toEqual([]);
    expect(await list()).toHaveLength(1);
  });

  it('a table that a live run loads is left alone', async () => {
    await loaded('x,a\n');
    await on.sql.query('ALTER TABLE t ALTER id TYPE text');
    const live = await connect(on.database);
    const { database, schema, name } = planFor(on.database).target;
    const lock = `snowmelt.table/${JSON.stringify([database, schema, name])}`;
    await live.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lock]);
    expect(await retry()).toMatchObject([{ busy: true, loaded: 0 }]);
    await live.end();
    expect(await retry()).toMatchObject([{ busy: false, loaded: 1 }]);
  });

  it('P2: two retries at once put a row in once', async () => {
    await loaded('x,a\n'.repeat(50));
    await on.sql.query('ALTER TABLE t ALTER id TYPE text');
    const both = await Promise.all([retry(), retry()]);
    expect(both.flat().reduce((sum, { loaded: rows }) => sum + rows, 0)).toBe(50);
    expect(await countRows(on.sql)).toBe(50);
  });
});
