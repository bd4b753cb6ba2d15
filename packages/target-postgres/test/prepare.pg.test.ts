import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { beforeEach, describe, expect, it } from 'vitest';

import { migrations } from '../src/generated/migrations.ts';
import { createPostgresTarget } from '../src/index.ts';
import {
  chunkOf,
  column,
  connectionOf,
  countRows,
  csv,
  integer,
  opening,
  pair,
  planFor,
  text,
  type Bench,
} from './fixtures.ts';
import { freshBench } from './use-bench.ts';

describe('prepare', () => {
  const on = freshBench();
  const context = testContext();
  const rows = csv([['1', 'a']]);
  const plan = (parts: Partial<TablePlan> = {}) => planFor(on.database, parts);
  const load = (table: TablePlan, chunk: string) =>
    on.target.load(table, chunkOf(chunk), opening(rows), context);

  it('creates schema and table with types, NOT NULL and primary key', async () => {
    const table = plan({
      target: { database: on.database.database, schema: 'new', name: 't' },
      columns: [
        { source: column('ID', integer, { nullable: false }), target: 'id' },
        pair('name', { kind: 'text', length: 20 }),
        pair('at', { kind: 'timestamp', precision: 9, zone: 'offset' }),
        pair('data', { kind: 'json', shape: 'any' }),
      ],
      primaryKey: ['id'],
    });
    expect(await on.target.describe(table.target, context)).toBeUndefined();
    await on.target.prepare(table, context);
    const schema = await on.target.describe(table.target, context);
    expect(schema).toMatchObject({ kind: 'table', primaryKey: ['id'] });
    expect(
      schema?.columns.map(({ name, nativeType, nullable }) => [name, nativeType, nullable]),
    ).toEqual([
      ['id', 'bigint', false],
      ['name', 'character varying(20)', true],
      ['at', 'timestamp(6) with time zone', true],
      ['data', 'jsonb', true],
    ]);
  });

  it('is idempotent, and safe with 20 processes at once on an empty database', async () => {
    const targets = Array.from({ length: 20 }, () =>
      createPostgresTarget({ connection: connectionOf(on.database), maxConnections: 2 }),
    );
    const table = plan({
      mode: 'truncate',
      target: { database: on.database.database, schema: 'new', name: 't' },
    });
    await Promise.all(targets.map((target) => target.prepare(table, context)));
    await Promise.all(targets.map((target) => target[Symbol.asyncDispose]()));
    const { rows: applied } = await on.sql.query('SELECT name FROM snowmelt.migrations');
    expect(applied).toEqual(migrations.map(({ name }) => ({ name })));
  });

  it('P5: a resume does not empty the table again; a new run does, once', async () => {
    const first = plan({ mode: 'truncate' });
    await on.target.prepare(first, context);
    await load(first, 'c1');
    await on.target.prepare(first, context);
    await load(first, 'c2');
    expect(await countRows(on.sql)).toBe(2);
    const second = { ...first, run: 'run-2' };
    await on.target.prepare(second, context);
    expect(await countRows(on.sql)).toBe(0);
    await load(second, 'c1');
    await on.target.prepare(second, context);
    expect(await countRows(on.sql)).toBe(1);
  });

  it('a new run that appends leaves what is there', async () => {
    await on.target.prepare(plan(), context);
    await load(plan(), 'c1');
    await on.target.publish(plan(), context);
    await on.target.prepare(plan({ run: 'run-2' }), context);
    await load(plan({ run: 'run-2' }), 'c1');
    expect(await countRows(on.sql)).toBe(2);
  });

  it('P1: a plan that changes within a run takes its rows with it, and no others, or is refused', async () => {
    const full = plan({ mode: 'truncate' });
    await on.target.prepare(full, context);
    await load(full, 'c1');
    const changed = { ...full, read: { ...full.read, filter: 'ID > 5' } };
    await on.target.prepare(changed, context);
    expect(await countRows(on.sql)).toBe(0);
    expect(await on.target.receipts(changed, context)).toEqual([]);
    await expect(load(full, 'c1')).rejects.toMatchObject({ code: 'RUN.LEASE_LOST' });

    const append = plan({ key: 'table-2' });
    await on.target.prepare(append, context);
    await load(append, 'c1');
    const reordered = Object.fromEntries(
      Object.entries(append).toReversed(),
    ) as unknown as TablePlan;
    await on.target.prepare({ ...reordered, estimatedRows: 5 }, context);
    expect(await countRows(on.sql)).toBe(1);
    const other = { ...append, read: { ...append.read, filter: 'ID > 5' } };
    await on.sql.query(`INSERT INTO t VALUES (77, 'theirs')`);
    await on.target.prepare(other, context);
    expect(await countRows(on.sql)).toBe(1);
    expect(await on.target.receipts(other, context)).toEqual([]);
    await load(other, 'c1');
    await on.sql.query(`UPDATE t SET name = 'theirs as well'`);
    await expect(on.target.prepare(append, context)).rejects.toMatchObject({
      code: 'RUN.ROWS_UNFINISHED',
    });
  });

  it('P1: a load of the earlier plan that is under way does not outlive the new plan', async () => {
    const full = plan({ mode: 'truncate' });
    await on.target.prepare(full, context);
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = async () => {
      begun.resolve();
      await gate.promise;
      return opening(rows)();
    };
    const loading = on.target.load(full, chunkOf('c1'), slow, context);
    await begun.promise;
    const changed = { ...full, read: { ...full.read, filter: 'ID > 5' } };
    const preparing = on.target.prepare(changed, context);
    await expect.poll(() => waitingForLocks(on), { timeout: 10_000 }).toBe(1);
    gate.resolve();
    await Promise.all([loading, preparing]);
    expect(await countRows(on.sql)).toBe(0);
    expect(await on.target.receipts(changed, context)).toEqual([]);
    expect(await load(changed, 'c1')).toMatchObject({ alreadyLoaded: false });
  });

  it('P1: two source tables of one target: the first to come empties it, the second does not', async () => {
    const first = plan({ mode: 'truncate' });
    const second = plan({ mode: 'truncate', key: 'table-2' });
    await on.target.prepare(first, context);
    await load(first, 'c1');
    await on.target.prepare(second, context);
    await load(second, 'c1');
    expect(await countRows(on.sql)).toBe(2);
  });

  it('adds missing columns, nullable, and leaves the others', async () => {
    await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, extra text DEFAULT 7)');
    await on.sql.query('INSERT INTO t VALUES (9)');
    const added = { source: column('N', integer, { nullable: false }), target: 'n' };
    await on.target.prepare(plan({ columns: [pair('id', integer), added] }), context);
    const schema = await on.target.describe(plan().target, context);
    expect(schema?.columns.map(({ name, nullable }) => [name, nullable])).toEqual([
      ['id', false],
      ['extra', true],
      ['n', true],
    ]);
    expect(await countRows(on.sql)).toBe(1);
  });

  it('refuses a column without a type in PostgreSQL, and changes nothing', async () => {
    const columns = [pair('odd', { kind: 'unknown' })];
    await expect(on.target.prepare(plan({ columns }), context)).rejects.toMatchObject({
      code: 'TARGET.TABLE_UNSUITABLE',
      place: { column: 'odd' },
    });
    expect(await on.target.describe(plan().target, context)).toBeUndefined();
  });

  describe('TRUNCATE that foreign keys carry on', () => {
    const child = () => plan({ key: 'child', mode: 'truncate', target: tableNamed('child') });
    const tableNamed = (name: string) => ({
      database: on.database.database,
      schema: 'public',
      name,
    });
    beforeEach(async () => {
      await on.sql.query(`
        CREATE TABLE t (id bigint PRIMARY KEY, name text);
        CREATE TABLE child (id bigint PRIMARY KEY, name text, t_id bigint REFERENCES t);
        CREATE TABLE grandchild (id bigint REFERENCES child);
        INSERT INTO t VALUES (1); INSERT INTO child VALUES (1, '', 1);`);
    });

    it('P5: is refused before anything is touched, naming the tables', async () => {
      await expect(on.target.prepare(plan({ mode: 'truncate' }), context)).rejects.toMatchObject({
        code: 'TARGET.TRUNCATE_CASCADES',
        message: expect.stringContaining('public.child, public.grandchild'),
      });
      expect(await countRows(on.sql)).toBe(1);
      expect(await countRows(on.sql, 'child')).toBe(1);
    });

    it('goes on where emptiesOthers says so', async () => {
      await on.target.prepare(plan({ mode: 'truncate', emptiesOthers: true }), context);
      expect(await countRows(on.sql, 'child')).toBe(0);
    });

    it('goes on where this run has emptied the others already', async () => {
      await on.sql.query('DROP TABLE grandchild');
      await on.target.prepare(child(), context);
      await on.target.prepare(plan({ mode: 'truncate' }), context);
      expect(await countRows(on.sql)).toBe(0);
    });

    it('P1: is refused where this run has loaded them already', async () => {
      await on.sql.query('DROP TABLE grandchild');
      await on.target.prepare(child(), context);
      await load(child(), 'c1');
      for (const emptiesOthers of [true, false]) {
        const parent = plan({ mode: 'truncate', emptiesOthers });
        await expect(on.target.prepare(parent, context)).rejects.toMatchObject({
          code: 'TARGET.TRUNCATE_CASCADES',
          message: expect.stringContaining('public.child, which this run has loaded already'),
        });
      }
      expect(await countRows(on.sql, 'child')).toBe(1);
    });
  });

  it('names and values of any kind go through unharmed', async () => {
    const names = [
      'Visit Updated "Timestamp"',
      `'; DROP TABLE t; --`,
      'ünïcödé 🙂',
      '$1',
      'select',
    ];
    const columns = names.map((name) => ({
      source: column(name, text, { nullable: false }),
      target: name,
    }));
    const target = { database: on.database.database, schema: 'a "b".c', name: `x'); --` };
    const table = plan({ columns, target, key: `k'"`, run: `r'"`, primaryKey: [names[0]!] });
    await on.target.prepare(table, context);
    const values = [`"quoted", 'x'`, 'a\r\nb', '\\N', '\\.', '\u{1F642} \u0001\t'];
    const content = csv([values]);
    await on.target.load(table, chunkOf(`c'"`), opening(content, 1), context);
    const { rows: stored } = await on.sql.query({
      text: `SELECT * FROM "a ""b"".c"."x'); --"`,
      rowMode: 'array',
    });
    expect(stored).toEqual([values]);
    expect(await on.target.publish(table, context)).toEqual({ rows: 1 });
    expect(
      await on.target.check(table, await on.target.describe(target, context), context),
    ).toEqual([]);
    expect(await on.target.digests.digest(table, context)).toMatchObject({
      rows: 1,
      columns: names,
    });
  });

  it('partitioned tables are tables', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint, name text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);`);
    const table = plan({ mode: 'truncate' });
    await on.target.prepare(table, context);
    await load(table, 'c1');
    expect(await countRows(on.sql, 't1')).toBe(1);
    expect(await on.target.publish(table, context)).toEqual({ rows: 1 });
  });

  it('identity columns that ALWAYS generate take the values of the source', async () => {
    await on.sql.query(
      'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, name text, twice bigint GENERATED ALWAYS AS (id * 2) STORED)',
    );
    await on.target.prepare(plan(), context);
    await load(plan(), 'c1');
    const { rows: stored } = await on.sql.query('SELECT * FROM t');
    expect(stored).toEqual([{ id: '1', name: 'a', twice: '2' }]);
  });
});

async function waitingForLocks({ sql }: Bench): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.n ?? -1;
}
