import type { ColumnPair, DeleteMissing, MergePlan, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, csv, integer, opening, pair, planFor, text } from './fixtures.ts';
import { emptyBench } from './use-bench.ts';

type Rows = readonly (readonly (string | null)[])[];

const keys = { extract: 'query' } as const;
const hard: DeleteMissing = { how: 'hard', keys };
const soft: DeleteMissing = { how: 'soft', column: 'gone_at', addsColumn: false, keys };

describe('delete_missing', () => {
  const on = emptyBench();
  const context = testContext();

  const plan = (parts: Partial<TablePlan> = {}) =>
    planFor(on.database, { mode: 'upsert', keyColumns: ['id'], deleteMissing: hard, ...parts });

  async function loadKeys(table: TablePlan, rows: Rows, id = 'keys/c') {
    const chunk = { ...chunkOf(id), of: 'keys' } as const;
    return on.target.load(table, chunk, opening(csv(rows), rows.length), context);
  }

  /** A run that loads no rows, with the keys of a source that has only these. */
  async function compare(table: TablePlan, rows: Rows) {
    await on.target.prepare(table, context);
    await loadKeys(table, rows);
    return (await on.target.publish(table, context)).missing;
  }

  async function stored(sql = 'SELECT id::text FROM t ORDER BY 1'): Promise<unknown[]> {
    const { rows } = await on.sql.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.map(([value]) => value);
  }

  describe('P1: keys are compared as the target stores them', () => {
    const decimal = { kind: 'decimal', precision: 38, scale: 10 } as const;
    const moment = { kind: 'timestamp', precision: 9, zone: 'none' } as const;
    const cases: readonly (readonly [
      type: string,
      ColumnPair['source']['type'],
      string,
      string,
    ])[] = [
      ['char(5)', text, 'ab', 'gone'],
      ['varchar(5)', text, 'é', 'e'],
      ['numeric(10,2)', decimal, '1.0000000000', '1.5000000000'],
      ['numeric', decimal, '7.0000000000', '7.1000000000'],
      ['bigint', integer, '9007199254740993', '9007199254740992'],
      ['timestamp(3)', moment, '2026-01-01T00:00:00.123', '2026-01-01T00:00:00.124'],
      ['timestamptz', moment, '2026-01-01T00:00:00+02:00', '2026-01-01T00:00:00Z'],
      ['date', { kind: 'date' }, '2026-01-01', '2026-01-02'],
      [
        'uuid',
        text,
        'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
        'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      ],
      ['bytea', { kind: 'binary' }, '\\xDEAD', '\\xBEEF'],
      ['boolean', { kind: 'boolean' }, 't', 'f'],
      ['citext_like', text, 'ABC', 'abd'],
      ['double precision', { kind: 'float', bits: 64 }, '0.1', '0.2'],
    ];
    it.each(cases)('%s', async (type, logical, kept, gone) => {
      await on.sql
        .query(`CREATE COLLATION citext_like (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE t (id ${type === 'citext_like' ? 'text COLLATE citext_like' : type} PRIMARY KEY, name text)`);
      const table = plan({ columns: [pair('id', logical), pair('name', text)] });
      await on.target.prepare(plan({ ...table, run: 'run-0' }), context);
      const rows = csv([
        [kept, 'kept'],
        [gone, 'gone'],
      ]);
      await on.target.load({ ...table, run: 'run-0' }, chunkOf('c'), opening(rows, 2), context);
      const again = type === 'citext_like' ? kept.toLowerCase() : kept;
      expect(await compare(table, [[again]])).toMatchObject({ rows: 1 });
      expect(await stored('SELECT name FROM t')).toEqual(['kept']);
    });
  });

  it('P1: a key of several columns, in the order of the plan', async () => {
    await on.sql.query(`CREATE TABLE t (a text, "B b" int, name text, UNIQUE ("B b", a));
      ALTER TABLE t ALTER a SET NOT NULL, ALTER "B b" SET NOT NULL;
      INSERT INTO t VALUES ('1', 2, 'kept'), ('2', 1, 'gone'), ('1', 1, 'gone')`);
    const columns = [pair('a', text), pair('name', text), pair('B b', integer)];
    const table = plan({ columns, keyColumns: ['B b', 'a'] });
    expect(
      await compare(table, [
        ['1', '2'],
        ['1', '2'],
        ['9', '9'],
      ]),
    ).toMatchObject({ rows: 2 });
    expect(await stored('SELECT name FROM t')).toEqual(['kept']);
  });

  it("NULL in a key that takes NULLs for distinct: the row is nobody's, and stays", async () => {
    await on.sql.query(`CREATE TABLE t (id bigint UNIQUE, name text);
      INSERT INTO t VALUES (1, 'a'), (2, 'b'), (NULL, 'c'), (NULL, 'd')`);
    expect(await compare(plan(), [['1']])).toMatchObject({ rows: 1 });
    expect(await stored('SELECT name FROM t ORDER BY 1')).toEqual(['a', 'c', 'd']);
  });

  it('P1: NULL in a key that does not is a key like any other', async () => {
    await on.sql
      .query(`CREATE TABLE t (id bigint, part text, name text, UNIQUE NULLS NOT DISTINCT (id, part));
      INSERT INTO t VALUES (1, NULL, 'kept'), (2, NULL, 'gone'), (NULL, NULL, 'kept'), (NULL, 'x', 'gone'), (3, 'x', 'kept'), (4, 'x', 'gone')`);
    const columns = [pair('id', integer), pair('part', text), pair('name', text)];
    const table = plan({ columns, keyColumns: ['id', 'part'] });
    const source = [
      ['1', null],
      [null, null],
      ['3', 'x'],
    ];
    expect(await compare(table, source)).toMatchObject({ rows: 3 });
    expect(await stored('SELECT DISTINCT name FROM t')).toEqual(['kept']);
    const marking = { ...table, run: 'run-2', deleteMissing: soft };
    await on.sql.query('ALTER TABLE t ADD gone_at timestamptz');
    expect(await compare(marking, [['1', null]])).toMatchObject({ rows: 2, restored: 0 });
    expect(await compare({ ...marking, run: 'run-3' }, source)).toMatchObject({
      rows: 0,
      restored: 2,
    });
  });

  it('soft: the mark is the time of the snapshot at which the row was missing first', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text, gone_at timestamptz);
      INSERT INTO t SELECT n, 'x' FROM generate_series(1, 3) n`);
    const at = (hour: number) =>
      ({ pinned: true, at: `2026-01-01T0${hour}:00:00.123456789Z` }) as const;
    await compare(plan({ deleteMissing: soft, snapshot: at(1) }), [['1']]);
    await compare(plan({ deleteMissing: soft, snapshot: at(2), run: 'run-2' }), [['2']]);
    const marks = `SELECT coalesce(to_char(gone_at AT TIME ZONE 'UTC', 'HH24:MI:SS.US'), '-') FROM t ORDER BY id`;
    expect(await stored(marks)).toEqual(['02:00:00.123457', '-', '01:00:00.123457']);
  });

  it('soft: the run makes the column with the table, and where it may', async () => {
    const created = { ...soft, column: 'Gone At' } as const;
    const { keys: _none, ...empty } = created;
    await on.target.prepare(plan({ primaryKey: ['id'], deleteMissing: empty }), context);
    const schema = await on.target.describe(plan().target, context);
    expect(schema?.columns.at(-1)).toMatchObject({ name: 'Gone At', nullable: true });
    const adding = plan({ run: 'run-2', deleteMissing: { ...soft, addsColumn: true } });
    await on.target.prepare(adding, context);
    const extended = await on.target.describe(plan().target, context);
    expect(extended?.columns.map(({ name }) => name)).toEqual(['id', 'name', 'Gone At', 'gone_at']);
  });

  it('P8: a row that others refer to stays with all others, and the error names the table', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
      CREATE TABLE child (t_id bigint REFERENCES t DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO t SELECT n, 'x' FROM generate_series(1, 3) n; INSERT INTO child VALUES (2)`);
    await expect(compare(plan(), [['3']])).rejects.toMatchObject({
      code: 'TARGET.ROW_REJECTED',
      message: expect.stringContaining('on table "child"'),
      fix: expect.stringContaining('public.child'),
    });
    expect(await stored()).toEqual(['1', '2', '3']);
    await on.sql.query('DELETE FROM child');
    await on.target.prepare(plan(), context);
    const published = await on.target.publish(plan(), context);
    expect(published.missing).toEqual({ how: 'hard', rows: 2, restored: 0 });
  });

  it('partitioned targets lose rows of every partition', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
      INSERT INTO t SELECT n, 'x' FROM generate_series(1, 19) n`);
    expect(await compare(plan(), [['1'], ['15']])).toMatchObject({ rows: 17 });
    expect(await stored()).toEqual(['1', '15']);
  });

  it('P7: readers of the target have no way to the keys, and none are left', async () => {
    await on.sql.query(
      `CREATE TABLE t (id bigint PRIMARY KEY, name text); INSERT INTO t VALUES (1)`,
    );
    const left = `SELECT relname FROM pg_class WHERE relname LIKE 'keys%' AND relkind = 'r'`;
    await on.target.prepare(plan(), context);
    expect(await stored(left)).toHaveLength(1);
    expect(
      await stored(`SELECT has_schema_privilege('public', 'snowmelt', 'USAGE')::text`),
    ).toEqual(['false']);
    // Given up: the next run of any kind takes them away.
    await on.target.prepare(planFor(on.database, { run: 'run-2' }), context);
    expect(await stored(left)).toEqual([]);
  });

  it('P2: a worker that comes after the end is told so', async () => {
    await on.sql.query(
      `CREATE TABLE t (id bigint PRIMARY KEY, name text); INSERT INTO t VALUES (1)`,
    );
    await compare(plan(), [['1']]);
    await expect(loadKeys(plan(), [['2']], 'keys/late')).rejects.toMatchObject({
      code: 'RUN.LEASE_LOST',
    });
    expect(await stored()).toEqual(['1']);
  });

  it('P1: a hand that reached into the keys stops the deletion', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
      INSERT INTO t SELECT n, 'x' FROM generate_series(1, 9) n`);
    await on.target.prepare(plan(), context);
    await loadKeys(plan(), [['1'], ['2'], ['3']]);
    const [name] = await stored(
      `SELECT keys_table FROM snowmelt.table_ledger WHERE keys_table IS NOT NULL`,
    );
    await on.sql.query(`DELETE FROM snowmelt.${String(name)} WHERE id = 2`);
    await expect(on.target.publish(plan(), context)).rejects.toMatchObject({
      code: 'RUN.COUNT_MISMATCH',
    });
    await on.sql.query(`DROP TABLE snowmelt.${String(name)}`);
    await expect(on.target.publish(plan(), context)).rejects.toMatchObject({
      code: 'RUN.COUNT_MISMATCH',
    });
    expect(await stored()).toHaveLength(9);
  });

  it('a run of a later snapshot is a later run, whoever began first', async () => {
    await on.sql.query(
      `CREATE TABLE t (id bigint PRIMARY KEY, name text); INSERT INTO t VALUES (1), (2)`,
    );
    const at = (hour: number) =>
      ({ pinned: true, at: `2026-01-01T0${hour}:00:00.000000000Z` }) as const;
    const { deleteMissing: _off, ...rest } = plan({ run: 'run-2', snapshot: at(2) }) as MergePlan;
    await on.target.prepare(rest, context);
    await expect(compare(plan({ snapshot: at(1) }), [['1']])).rejects.toMatchObject({
      code: 'RUN.SUPERSEDED',
      message: expect.stringContaining('run-2'),
    });
    expect(await stored()).toEqual(['1', '2']);
  });

  it('with disable_index, insert-only and a watermark at once: rows go, and the index is back', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text, at date);
      CREATE INDEX by_name ON t (name);
      INSERT INTO t SELECT n, 'x', '2026-01-01' FROM generate_series(1, 9) n`);
    const at = pair('at', { kind: 'date' });
    const table = plan({
      mode: 'insert-only',
      columns: [pair('id', integer), pair('name', text), at],
      watermark: { column: at, from: { value: '2026-01-01', inclusive: true, orNull: true } },
      rebuildIndexes: true,
    });
    await on.target.prepare(table, context);
    const indexes = `SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1`;
    expect(await stored(indexes)).toEqual(['t_pkey']);
    const rows = csv([
      ['9', 'other', '2026-02-01'],
      ['10', 'new', '2026-02-01'],
    ]);
    await on.target.load(table, chunkOf('c'), opening(rows, 2), context);
    await loadKeys(table, [['8'], ['9'], ['10']]);
    const published = await on.target.publish(table, context);
    expect(published).toMatchObject({ rows: 2, missing: { how: 'hard', rows: 7, restored: 0 } });
    expect(published.indexesBack).toEqual([table.target]);
    expect(await stored(`SELECT id || ' ' || name FROM t ORDER BY id`)).toEqual([
      '8 x',
      '9 x',
      '10 new',
    ]);
    expect(await stored(indexes)).toEqual(['by_name', 't_pkey']);
  });
});
