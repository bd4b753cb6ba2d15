import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, column, csv, integer, opening, pair, planFor, text } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

describe('swap', () => {
  const on = freshBench({}, async () => {
    await on.sql.query(`CREATE TABLE t (id bigint, name text); INSERT INTO t VALUES (1, 'old')`);
  });
  const context = testContext();
  const plan = (parts: Partial<TablePlan> = {}) => planFor(on.database, { mode: 'swap', ...parts });
  const load = (table: TablePlan, chunk: string, rows: readonly (readonly (string | null)[])[]) =>
    on.target.load(table, chunkOf(chunk), opening(csv(rows), rows.length), context);
  const publish = (table: TablePlan) => on.target.publish(table, context);

  async function rows(): Promise<string[]> {
    const found = await on.sql.query<{ row: string }>(
      'SELECT t::text AS row FROM t ORDER BY id, name',
    );
    return found.rows.map(({ row }) => row);
  }
  async function shadows(): Promise<number> {
    const { rows: found } = await on.sql.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_class WHERE relnamespace = 'snowmelt'::regnamespace
       AND relkind = 'r' AND relname LIKE 'shadow%'`,
    );
    return found[0]?.n ?? -1;
  }

  it('P5: the old rows stay until publish, which puts all new ones in their place', async () => {
    await on.target.prepare(plan(), context);
    await load(plan(), 'a', [['2', 'b']]);
    await load(plan(), 'b', [['3', null]]);
    expect(await rows()).toEqual(['(1,old)']);
    expect(await publish(plan())).toMatchObject({ rows: 2 });
    expect(await rows()).toEqual(['(2,b)', '(3,)']);
    expect(await shadows()).toBe(0);
    expect(await on.target.digests.digest(plan(), context)).toMatchObject({ rows: 2 });
  });

  it('P4: prepare, load and publish again change nothing, before and after the swap', async () => {
    await on.target.prepare(plan(), context);
    await load(plan(), 'a', [['2', 'b']]);
    await on.target.prepare(plan(), context);
    expect(await load(plan(), 'a', [['9', 'never']])).toMatchObject({ alreadyLoaded: true });
    await publish(plan());
    await on.target.prepare(plan(), context);
    expect(await load(plan(), 'a', [['9', 'never']])).toMatchObject({ alreadyLoaded: true });
    expect(await publish(plan())).toMatchObject({ rows: 1 });
    expect(await rows()).toEqual(['(2,b)']);
    expect(await shadows()).toBe(0);
  });

  it('P2: a chunk that comes after the swap is refused, and lands nowhere', async () => {
    await on.target.prepare(plan(), context);
    await publish(plan());
    await expect(load(plan(), 'late', [['9', 'late']])).rejects.toMatchObject({
      code: 'RUN.LEASE_LOST',
    });
    expect(await rows()).toEqual([]);
    expect(await on.target.receipts(plan(), context)).toEqual([]);
  });

  it('P1: equal rows are counted, not merged; rows that stay are not written again', async () => {
    await on.sql.query(`INSERT INTO t VALUES (1, 'old'), (1, 'old'), (2, NULL), (2, NULL)`);
    await on.target.prepare(plan(), context);
    const next = [
      ['1', 'old'],
      ['1', 'old'],
      ['2', null],
      ['2', null],
      ['2', null],
      ['2', ''],
    ];
    await load(plan(), 'a', next);
    await publish(plan());
    expect(await rows()).toEqual(['(1,old)', '(1,old)', '(2,"")', '(2,)', '(2,)', '(2,)']);
    const { rows: written } = await on.sql.query(
      `SELECT count(*)::int AS n FROM t WHERE xmin = (SELECT xmin FROM t WHERE name = '')`,
    );
    expect(written).toEqual([{ n: 2 }]);
  });

  it('P1: values without equality, and those that only text tells apart', async () => {
    await on.sql.query(`DROP TABLE t; CREATE TABLE t (
      id bigint, data json, at point, n numeric, f double precision)`);
    const json = { kind: 'json', shape: 'any' } as const;
    const columns = [
      pair('id', integer),
      pair('data', json),
      pair('at', text),
      pair('n', { kind: 'decimal' }),
      pair('f', { kind: 'float', bits: 64 }),
    ];
    for (const [index, last] of ['1.0', '1.00'].entries()) {
      const table = plan({ columns, run: `run-${index}` });
      await on.target.prepare(table, context);
      const row = ['1', '{"a": 1,  "a":2}', '(1,2)', last, '0.30000000000000004'];
      await load(table, 'a', [row, row]);
      await publish(table);
      const found = await on.sql.query('SELECT data::text, n::text, f FROM t');
      const expected = { data: '{"a": 1,  "a":2}', n: last, f: 0.1 + 0.2 };
      expect(found.rows).toEqual([expected, expected]);
    }
  });

  it('P1: keys that rows exchange are no obstacle', async () => {
    await on.sql.query(`TRUNCATE t; ALTER TABLE t ADD PRIMARY KEY (id), ADD UNIQUE (name);
      INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')`);
    await on.target.prepare(plan(), context);
    await load(plan(), 'a', [
      ['1', 'b'],
      ['2', 'c'],
      ['3', 'a'],
    ]);
    await publish(plan());
    expect(await rows()).toEqual(['(1,b)', '(2,c)', '(3,a)']);
  });

  it('P5: a key that comes twice is refused at the swap, and the old rows stay', async () => {
    await on.sql.query('ALTER TABLE t ADD PRIMARY KEY (id)');
    await on.target.prepare(plan(), context);
    await load(plan(), 'a', [['2', 'b']]);
    await load(plan(), 'b', [['2', 'c']]);
    await expect(publish(plan())).rejects.toMatchObject({
      code: 'TARGET.ROW_REJECTED',
      message: expect.stringContaining('still holds its old rows'),
    });
    expect(await rows()).toEqual(['(1,old)']);
  });

  it('P5: a chunk that is refused names its line and leaves the old rows', async () => {
    await on.sql.query('ALTER TABLE t ADD CHECK (id < 100)');
    await on.target.prepare(plan(), context);
    await expect(
      load(plan(), 'a', [
        ['2', 'b'],
        ['100', 'x'],
      ]),
    ).rejects.toMatchObject({
      code: 'TARGET.ROW_REJECTED',
      message: expect.stringContaining('line 2 of the chunk'),
    });
    expect(await rows()).toEqual(['(1,old)']);
  });

  it('P1: rows that a trigger drops, or a hand adds to the shadow, stop the swap', async () => {
    await on.target.prepare(plan(), context);
    await load(plan(), 'a', [['2', 'b']]);
    await on.sql.query(`
      CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER nothing BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION nothing();`);
    await expect(publish(plan())).rejects.toMatchObject({ code: 'RUN.COUNT_MISMATCH' });
    expect(await rows()).toEqual(['(1,old)']);
    await on.sql.query(`DROP TRIGGER nothing ON t;
      DO $$ BEGIN EXECUTE (SELECT format('INSERT INTO snowmelt.%I VALUES (5)', shadow)
                           FROM snowmelt.table_ledger); END $$`);
    await expect(publish(plan())).rejects.toMatchObject({ code: 'RUN.COUNT_MISMATCH' });
    expect(await rows()).toEqual(['(1,old)']);
  });

  it('P1: a run whose plan changed begins anew; a new run ends the earlier one', async () => {
    await on.target.prepare(plan(), context);
    await load(plan(), 'a', [['2', 'b']]);
    const read = { ...plan().read, filter: 'ID > 5' };
    const changed = plan({ read });
    await on.target.prepare(changed, context);
    expect(await on.target.receipts(changed, context)).toEqual([]);
    await load(changed, 'a', [['6', 'f']]);
    const later = plan({ run: 'run-2' });
    await on.target.prepare(later, context);
    await expect(publish(changed)).rejects.toMatchObject({ code: 'RUN.SUPERSEDED' });
    await expect(load(changed, 'b', [['7', 'g']])).rejects.toMatchObject({
      code: 'RUN.SUPERSEDED',
    });
    expect(await shadows()).toBe(1);
    await load(later, 'a', [['8', 'h']]);
    await publish(later);
    expect(await rows()).toEqual(['(8,h)']);
    expect(await shadows()).toBe(0);
  });

  it('P1: a swap ends the runs whose rows it replaces, and a TRUNCATE ends a swap', async () => {
    const append = plan({ mode: 'append', run: 'run-0' });
    await on.target.prepare(append, context);
    await load(append, 'a', [['5', 'e']]);
    await on.target.prepare(plan(), context);
    await load(plan(), 'a', [['2', 'b']]);
    await load(append, 'b', [['6', 'f']]);
    await publish(plan());
    expect(await rows()).toEqual(['(2,b)']);
    await expect(load(append, 'c', [['7', 'g']])).rejects.toMatchObject({ code: 'RUN.SUPERSEDED' });

    const swap = plan({ run: 'run-2' });
    await on.target.prepare(swap, context);
    await load(swap, 'a', [['3', 'c']]);
    await on.target.prepare(plan({ run: 'run-3', mode: 'truncate' }), context);
    await expect(publish(swap)).rejects.toMatchObject({ code: 'RUN.SUPERSEDED' });
    expect(await shadows()).toBe(0);
  });

  it('P1: two tables of a run may not go into one target', async () => {
    await on.target.prepare(plan({ key: 'one', mode: 'append' }), context);
    await expect(on.target.prepare(plan(), context)).rejects.toMatchObject({
      code: 'TARGET.TABLE_UNSUITABLE',
    });
  });

  it('columns that do not travel keep what they hold, new rows get their defaults', async () => {
    await on.sql.query(`DROP TABLE t; CREATE TABLE t (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, note text DEFAULT 'new',
      serial serial NOT NULL, twice bigint GENERATED ALWAYS AS (id * 2) STORED,
      CHECK (note <> name));
      INSERT INTO t (name, note) VALUES ('a', 'kept'), ('b', 'kept'), ('c', 'kept')`);
    await on.target.prepare(plan(), context);
    await load(plan(), 'a', [
      ['1', 'a'],
      ['2', 'changed'],
      ['9', 'i'],
    ]);
    await publish(plan());
    expect(await rows()).toEqual(['(1,a,kept,1,2)', '(2,changed,new,4,4)', '(9,i,new,5,18)']);
  });

  it('partitioned tables, and one that the run creates', async () => {
    await on.sql.query(`DROP TABLE t;
      CREATE TABLE t (id bigint, name text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
      INSERT INTO t VALUES (1, 'a'), (11, 'b')`);
    await on.target.prepare(plan(), context);
    await load(plan(), 'a', [
      ['2', 'a'],
      ['11', 'b'],
      ['12', 'c'],
    ]);
    await publish(plan());
    expect(await rows()).toEqual(['(2,a)', '(11,b)', '(12,c)']);

    const target = { ...plan().target, schema: 'new' };
    const columns = [{ source: column('ID', integer, { nullable: false }), target: 'id' }];
    const created = plan({ key: 'new', target, columns, primaryKey: ['id'] });
    expect(await on.target.check(created, undefined, context)).toEqual([]);
    await on.target.prepare(created, context);
    await load(created, 'a', [['1']]);
    expect(await publish(created)).toMatchObject({ rows: 1 });
    expect((await on.sql.query('SELECT * FROM new.t')).rows).toEqual([{ id: '1' }]);
  });

  it('P5: partitioned, with keys that act on DELETE and keys that only look', async () => {
    for (const action of ['CASCADE', 'NO ACTION']) {
      await on.sql.query(`DROP TABLE IF EXISTS child, t;
        CREATE TABLE t (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id);
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
        CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
        CREATE TABLE child (t_id bigint REFERENCES t ON DELETE ${action});
        INSERT INTO t VALUES (1, 'a'), (11, 'b'), (12, 'c'); INSERT INTO child VALUES (1), (11)`);
      const table = plan({ run: action });
      await on.target.prepare(table, context);
      await load(table, 'a', [
        ['1', 'x'],
        ['11', 'b'],
        ['2', 'c'],
      ]);
      await publish(table);
      expect(await rows()).toEqual(['(1,x)', '(2,c)', '(11,b)']);
      const { rows: kept } = await on.sql.query('SELECT t_id::int FROM child ORDER BY 1');
      expect(kept).toEqual([{ t_id: 1 }, { t_id: 11 }]);
    }
  });
});
