import type { SnowmeltError, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, countRows, csv, integer, opening, pair, planFor, text } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

const context = testContext();
const rowsFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => [String(from + n), 'x']);

/** The statement of the error's fix. */
const truncating = (error: unknown): string =>
  /TRUNCATE .*?;/u.exec((error as SnowmeltError).fix)?.[0] ?? 'the fix has none';

describe('what has become of the rows that a run has loaded', () => {
  const on = freshBench({}, async () => {
    await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name text)');
  });

  const plan = (parts: Partial<TablePlan> = {}) => planFor(on.database, parts);
  const merged = { mode: 'upsert', keyColumns: ['id'], primaryKey: ['id'] } as const;
  const load = (table: TablePlan, id: string, from: number, to: number) =>
    on.target.load(table, chunkOf(id), opening(csv(rowsFrom(from, to))), context);
  async function begin(table: TablePlan): Promise<void> {
    await on.target.prepare(table, context);
    await load(table, 'a', 0, 10);
  }

  it.each([['before anything was prepared'], ['after it']])(
    'P1: a table that was emptied since it was planned, %s, is planned again from its beginning',
    async (when) => {
      const column = pair('id', integer);
      const from = { value: '11', inclusive: false, orNull: false };
      const table = plan({ watermark: { column, from } });
      if (when === 'after it') {
        await on.sql.query(`INSERT INTO t VALUES (11, 'x')`);
        expect(await on.target.prepare(table, context)).not.toHaveProperty('restart');
        await on.sql.query('TRUNCATE t');
      }
      expect((await on.target.prepare(table, context)).restart).toMatchObject({ restarts: 1 });
      const anew = { ...plan({ watermark: { column } }), restarts: 1 };
      expect(await on.target.prepare(anew, context)).not.toHaveProperty('restart');
      await load(anew, 'a', 0, 20);
      expect(await on.target.publish(anew, context)).toMatchObject({ rows: 20 });
    },
  );

  it('P1: keys of the source that were gathered before it began anew do not count twice', async () => {
    const deleteMissing = { how: 'hard', keys: { extract: 'query' } } as const;
    const table = plan({ ...merged, deleteMissing });
    const loadKeys = (of: TablePlan) =>
      on.target.load(
        of,
        { ...chunkOf('keys/a'), of: 'keys' },
        opening(csv(rowsFrom(0, 10).map(([id = '']) => [id]))),
        context,
      );
    await begin(table);
    await loadKeys(table);
    await on.sql.query('TRUNCATE t');
    expect((await on.target.prepare(table, context)).restart).toMatchObject({ restarts: 1 });
    const anew = { ...table, restarts: 1 };
    await begin(anew);
    await loadKeys(anew);
    expect(await on.target.publish(anew, context)).toMatchObject({
      rows: 10,
      missing: { rows: 0 },
    });
  });

  const gone: readonly [string, string][] = [
    ['TRUNCATE', 'TRUNCATE t'],
    ['DELETE of all', 'DELETE FROM t'],
    ['DROP', 'DROP TABLE t'],
    ['DROP and CREATE', 'DROP TABLE t; CREATE TABLE t (id bigint PRIMARY KEY, name text)'],
  ];
  const modes: readonly Partial<TablePlan>[] = [{ mode: 'append' }, { mode: 'truncate' }, merged];

  describe.each(modes)('%j', (parts) => {
    it.each(gone)('P1: after %s the run begins the table anew', async (_what, sql) => {
      const table = plan(parts);
      await begin(table);
      await on.sql.query(sql);
      const { restart } = await on.target.prepare(table, context);
      expect(restart).toMatchObject({ restarts: 1 });
      expect(await on.target.receipts(table, context)).toEqual([]);
      // Whoever comes with the old plan, as after a kill, is told again.
      expect((await on.target.prepare(table, context)).restart).toMatchObject({ restarts: 1 });
      const anew = { ...table, restarts: 1 };
      expect(await on.target.prepare(anew, context)).not.toHaveProperty('restart');
      await load(anew, 'a', 0, 10);
      await load(anew, 'b', 10, 15);
      expect(await on.target.publish(anew, context)).toMatchObject({ rows: 15 });
      expect(await countRows(on.sql)).toBe(15);
    });

    const harmless: readonly [string, string][] = [
      ['VACUUM FULL', 'VACUUM FULL t'],
      ['CLUSTER', 'CLUSTER t USING t_pkey'],
      ['VACUUM FREEZE', 'VACUUM FREEZE t'],
      ['a column more', 'ALTER TABLE t ADD COLUMN more int DEFAULT 7'],
      ['rows of others', `INSERT INTO t VALUES (1000, 'theirs')`],
    ];
    it.each(harmless)('P4: after %s it goes on, and no chunk is read again', async (_what, sql) => {
      const table = plan(parts);
      await begin(table);
      await on.sql.query(sql);
      expect(await on.target.prepare(table, context)).not.toHaveProperty('restart');
      expect(await load(table, 'a', 0, 10)).toMatchObject({ alreadyLoaded: true });
      await load(table, 'b', 10, 15);
      expect(await on.target.publish(table, context)).toMatchObject({ rows: 15 });
    });

    it('P1: a DELETE that leaves no trace is found before the table is said to be complete', async () => {
      const table = plan(parts);
      await begin(table);
      await on.sql.query('DELETE FROM t WHERE id = 3');
      await on.target.prepare(table, context);
      await load(table, 'b', 10, 15);
      const publishing = on.target.publish(table, context);
      if (table.mode === 'append') {
        await expect(publishing).rejects.toMatchObject({
          code: 'RUN.ROWS_CHANGED',
          message: expect.stringContaining('of 15 rows'),
          fix: expect.stringContaining('TRUNCATE "public"."t";'),
        });
        await on.sql.query('TRUNCATE t');
        expect((await on.target.prepare(table, context)).restart).toMatchObject({ restarts: 1 });
      } else {
        expect((await publishing).restart).toMatchObject({ restarts: 1 });
      }
    });

    it('P1: a table that was emptied while the run was at it is not complete', async () => {
      const table = plan(parts);
      await begin(table);
      await on.sql.query('TRUNCATE t');
      await load(table, 'b', 10, 15);
      const publishing = on.target.publish(table, context);
      if (table.mode !== 'append') {
        expect((await publishing).restart).toMatchObject({ restarts: 1 });
        return;
      }
      // Rows of it are there: which, it can't say.
      await expect(publishing).rejects.toMatchObject({ code: 'RUN.ROWS_CHANGED' });
    });
  });

  it('P1: an append into a table of another origin refuses where it can not tell', async () => {
    await on.sql.query(`INSERT INTO t VALUES (500, 'before')`);
    const table = plan();
    await begin(table);
    await on.sql.query(`CREATE TABLE copy (LIKE t INCLUDING ALL); INSERT INTO copy SELECT * FROM t;
      DROP TABLE t; ALTER TABLE copy RENAME TO t`);
    const fix = `TRUNCATE "public"."t";`;
    await expect(on.target.prepare(table, context)).rejects.toMatchObject({
      code: 'RUN.ROWS_CHANGED',
      fix: expect.stringContaining(fix),
    });
    expect(await countRows(on.sql)).toBe(11);
    await on.sql.query(fix);
    expect(await on.target.prepare(table, context)).toMatchObject({ restart: { restarts: 1 } });
  });

  it('a load around refused rows is known by its savepoints', async () => {
    const table = plan({ rejects: { limit: 10 } });
    await on.target.prepare(table, context);
    const rows = csv([
      ['1', 'a'],
      ['no number', 'b'],
      ['2', 'c'],
      ['3', 'd'],
    ]);
    const receipt = await on.target.load(table, chunkOf('a'), opening(rows), context);
    expect(receipt).toMatchObject({ rows: 3, rejected: 1 });
    await on.sql.query('VACUUM FULL t');
    expect(await on.target.prepare(table, context)).not.toHaveProperty('restart');
    expect(await on.target.publish(table, context)).toMatchObject({ rows: 3 });
  });
});

describe('rows of a run that never came to its end', () => {
  const on = freshBench({}, async () => {
    await on.sql.query(
      `CREATE TABLE t (id bigint, name text); INSERT INTO t VALUES (-1, 'theirs')`,
    );
  });

  const at = (run: string, parts: Partial<TablePlan> = {}) =>
    planFor(on.database, {
      run,
      snapshot: { pinned: true, at: `2026-01-0${run}T00:00:00Z` },
      ...parts,
    });
  async function half(parts: Partial<TablePlan> = {}): Promise<TablePlan> {
    const table = at('1', parts);
    await on.target.prepare(table, context);
    await on.target.load(table, chunkOf('a'), opening(csv(rowsFrom(0, 10))), context);
    return table;
  }
  const ids = async () =>
    (await on.sql.query<{ id: number }>('SELECT id::int AS id FROM t ORDER BY id')).rows.map(
      ({ id }) => id,
    );

  it('P1: an append takes them out in the transaction in which it begins, and no others', async () => {
    const old = await half();
    await on.sql.query(`INSERT INTO t VALUES (3, 'theirs, and looks the same')`);
    await on.target.prepare(at('2'), context);
    expect(await ids()).toEqual([-1, 3]);
    await expect(on.target.prepare(old, context)).rejects.toMatchObject({ code: 'RUN.SUPERSEDED' });
  });

  it('P1: one of them was refused first, and put in by a retry: it is not left beside its like', async () => {
    await on.sql.query('ALTER TABLE t ADD CONSTRAINT no_three CHECK (id <> 3)');
    const old = await half({ rejects: { limit: 10 } });
    await on.sql.query('ALTER TABLE t DROP CONSTRAINT no_three');
    const { database } = old.target;
    expect(await on.target.rejects.retry(database, {}, context)).toMatchObject([{ loaded: 1 }]);
    const refusal = {
      message: expect.stringContaining('snowmelt rejects retry'),
      fix: expect.stringContaining('TRUNCATE "public"."t";'),
    };
    await expect(on.target.prepare(at('2'), context)).rejects.toMatchObject(refusal);
    await expect(on.target.restart(old, 'so', context)).rejects.toMatchObject(refusal);
    await on.sql.query('TRUNCATE t');
    expect(await on.target.prepare(at('2'), context)).not.toHaveProperty('restart');
  });

  const untold: readonly [string, string, RegExp][] = [
    [
      'an UPDATE of others',
      `UPDATE t SET name = 'y' WHERE id = 3`,
      /9 of the 10 rows of its chunk a/,
    ],
    ['a rewrite', 'ALTER TABLE t ALTER id TYPE numeric', /0 of the 10 rows of its chunk a/],
    [
      'a trigger that keeps them',
      `CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER keep BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION keep()`,
      /DELETE takes 0 of its 10 rows/,
    ],
    [
      'a foreign key that would take others along',
      `ALTER TABLE t ADD PRIMARY KEY (id);
       CREATE TABLE child (t bigint REFERENCES t ON DELETE CASCADE); INSERT INTO child VALUES (3)`,
      /would reach public.child/,
    ],
    ['a lost ledger', 'UPDATE snowmelt.chunk_ledger SET xids = NULL', /is not known any more/],
  ];
  it.each(untold)('P1: after %s it adds nothing and says both ways', async (_what, sql, why) => {
    await half();
    await on.sql.query(sql);
    const error = await on.target.prepare(at('2'), context).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'RUN.ROWS_UNFINISHED',
      message: expect.stringMatching(why),
      fix: expect.stringContaining('--resume-run-id 1. '),
    });
    expect(await ids()).toHaveLength(11);
    await on.sql.query(truncating(error));
    await on.target.prepare(at('2'), context);
    expect(await ids()).toEqual([]);
  });

  it('with a watermark, what the fix deletes is what the run had begun to read', async () => {
    const column = pair('id', integer);
    const from = { value: '-1', inclusive: false, orNull: false };
    const parts = { watermark: { column, from }, columns: [column, pair('name', text)] };
    await half(parts);
    await on.sql.query(`UPDATE t SET name = 'y' WHERE id = 3`);
    const fix = `DELETE FROM "public"."t" WHERE "id" > '-1';`;
    await expect(on.target.prepare(at('2', parts), context)).rejects.toMatchObject({
      fix: expect.stringContaining(fix),
    });
    await on.sql.query(fix);
    await on.target.prepare(at('2', parts), context);
    expect(await ids()).toEqual([-1]);
  });

  it('a merge needs none of it: its rows find themselves', async () => {
    await on.sql.query('ALTER TABLE t ADD PRIMARY KEY (id)');
    const merge = { mode: 'upsert', keyColumns: ['id'] } as const;
    await half(merge);
    await on.target.prepare(at('2', merge), context);
    expect(await ids()).toHaveLength(11);
  });

  it('an append after a merge that did not finish refuses: rows from before may be among them', async () => {
    await on.sql.query('ALTER TABLE t ADD PRIMARY KEY (id)');
    await half({ mode: 'upsert', keyColumns: ['id'] });
    await expect(on.target.prepare(at('2'), context)).rejects.toMatchObject({
      code: 'RUN.ROWS_UNFINISHED',
    });
  });
});
