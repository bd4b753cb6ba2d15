import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../../src/index.ts';
import {
  chunkOf,
  connect,
  connectionOf,
  csv,
  integer,
  opening,
  pair,
  planFor,
  text,
} from '../fixtures.ts';
import { freshBench } from '../use-bench.ts';
import { catalog } from './catalog.ts';

describe('disable_index: what goes and what stays', () => {
  const on = freshBench({ settings: { lockTimeoutSeconds: 5 } });
  const context = testContext();

  const plan = (parts: Partial<TablePlan> = {}) =>
    planFor(on.database, { rebuildIndexes: true, ...parts });
  const at = (name: string) => ({ database: on.database.database, schema: 'public', name });
  const load = (table: TablePlan, content: string) =>
    on.target.load(table, chunkOf('c1'), opening(content), context);
  const owed = async () => {
    const { rows } = await on.sql.query<{ piece: string }>(
      `SELECT name || ' ' || state AS piece FROM snowmelt.index_ledger WHERE state <> 'rebuilt'
       ORDER BY name`,
    );
    return rows.map(({ piece }) => piece);
  };
  /** What plan would say goes, in the words of `owed`. */
  const foreseen = async (table: TablePlan) => {
    const pieces = await on.target.foresees.pieces(table, context);
    const away = pieces.filter(({ becomes }) => becomes === 'away').map(({ name }) => name);
    return away.toSorted().map((name) => `${name} dropped`);
  };
  const repair = async () =>
    (
      await on.target.repairs.repair(
        { database: on.database.database, dropGathered: false },
        context,
      )
    ).tables;

  it.each(['upsert', 'insert-only'] as const)('P1: the key of %s stays', async (mode) => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, a bigint, b bigint, name text);
      CREATE UNIQUE INDEX t_key ON t (b, a); CREATE UNIQUE INDEX t_other ON t (a, id);
      CREATE INDEX t_name ON t (name);`);
    const columns = ['id', 'a', 'b'].map((name) => pair(name, integer));
    const table = plan({ mode, columns, keyColumns: ['a', 'b'] });
    expect(await foreseen(table)).toEqual(['t_name dropped', 't_other dropped']);
    const pieces = await on.target.foresees.pieces(table, context);
    const stays = pieces.filter(({ becomes }) => becomes === 'stays');
    expect(stays.map(({ name, why }) => [name, why])).toEqual([
      ['t_key', 'rows are found by it'],
      ['t_pkey', 'rows are found by it'],
    ]);
    await on.target.prepare(table, context);
    expect(await owed()).toEqual(['t_name dropped', 't_other dropped']);
    await repair();
  });

  it('what others stand on stays: foreign keys, views by key, exclusion, work in progress', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint PRIMARY KEY, name text, part int4range,
        CONSTRAINT t_part EXCLUDE USING gist (part WITH &&));
      CREATE UNIQUE INDEX t_name ON t (name);
      CREATE TABLE child (name text REFERENCES t (name));
      CREATE VIEW by_key AS SELECT id, name FROM t GROUP BY id;
      CREATE INDEX t_broken ON t (part);
      UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_broken'::regclass;`);
    expect(await foreseen(plan())).toEqual([]);
    await on.target.prepare(plan(), context);
    expect(await owed()).toEqual([]);
  });

  it('an index whose function looks names up stays, and check says so', async () => {
    await on.sql.query(`CREATE TABLE words (word text); CREATE TABLE t (id bigint, name text);
      CREATE FUNCTION known(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS
        'BEGIN RETURN EXISTS (SELECT FROM words WHERE word = $1); END';
      CREATE FUNCTION short(text) RETURNS text IMMUTABLE LANGUAGE sql RETURN left($1, 3);
      CREATE INDEX t_known ON t (known(name)); CREATE INDEX t_short ON t (short(name));
      CREATE INDEX t_id ON t (id) WHERE known(name)`);
    const table = plan();
    const found = await on.target.check(table, await on.target.describe(at('t'), context), context);
    expect(found).toMatchObject([
      {
        severity: 'warning',
        message: expect.stringMatching(/t_id of public.t .* public.known\(text\)/),
      },
      {
        message: expect.stringMatching(/leaves the index t_known/),
        fix: expect.stringContaining(
          'ALTER FUNCTION public.known(text) SET search_path = pg_catalog, "public";',
        ),
      },
    ]);
    expect(await foreseen(table)).toEqual(['t_short dropped']);
    await on.target.prepare(table, context);
    expect(await owed()).toEqual(['t_short dropped']);
    await load(table, csv([['1', 'a']]));
    expect(await on.target.publish(table, context)).not.toHaveProperty('findings');
    expect(await owed()).toEqual([]);
    await on.sql.query(
      `TRUNCATE t; ALTER FUNCTION known(text) SET search_path = pg_catalog, public`,
    );
    await on.target.prepare(plan({ run: 'run-2' }), context);
    expect(await owed()).toEqual(['t_id dropped', 't_known dropped', 't_short dropped']);
    await repair();
  });

  it('a partitioned table keeps its indexes, and check says so', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
      CREATE INDEX t_name ON t (name); CREATE INDEX t1_own ON t1 (name, id);`);
    const before = await catalog(on.sql);
    const existing = await on.target.describe(plan().target, context);
    expect(await on.target.check(plan(), existing, context)).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        message: expect.stringContaining('partition'),
      }),
    );
    await on.target.prepare(plan(), context);
    expect(await owed()).toEqual([]);
    const part = plan({ key: 'part', target: at('t1') });
    await on.target.prepare(part, context);
    expect(await owed()).toEqual(['t1_own dropped']);
    await on.target.publish(part, context);
    expect(await catalog(on.sql)).toEqual(before);
  });

  it('P5: a foreign key waits for the table that the same run is still loading', async () => {
    await on.sql.query(`CREATE TABLE parent (id bigint PRIMARY KEY, name text);
      CREATE TABLE t (id bigint, name text, CONSTRAINT t_up FOREIGN KEY (id) REFERENCES parent);`);
    const before = await catalog(on.sql);
    const [child, parent] = [plan(), plan({ key: 'parent', target: at('parent') })];
    await on.target.prepare(parent, context);
    await on.target.prepare(child, context);
    await load(child, csv([['7', 'x']]));
    expect((await on.target.publish(child, context)).findings).toBeUndefined();
    expect(await owed()).toContain('t_up failed');
    await load(parent, csv([['7', 'x']]));
    expect((await on.target.publish(parent, context)).findings).toBeUndefined();
    expect(await catalog(on.sql)).toEqual(before);
  });

  it('P5: a foreign key that rows violate holds for new rows, and repair validates it', async () => {
    await on.sql.query(`CREATE TABLE parent (id bigint PRIMARY KEY);
      CREATE TABLE t (id bigint, name text, CONSTRAINT t_up FOREIGN KEY (id) REFERENCES parent);`);
    const before = await catalog(on.sql);
    await on.target.prepare(plan(), context);
    await load(plan(), csv([['7', 'x']]));
    const { findings } = await on.target.publish(plan(), context);
    expect(findings?.[0]?.message).toMatch(
      /foreign key t_up of public\.t is not back: .*Key \(id\)=\(…\) \(SQLSTATE 23503\)$/,
    );
    await expect(on.sql.query('INSERT INTO t VALUES (8)')).rejects.toThrow('t_up');
    await on.sql.query('INSERT INTO parent VALUES (7)');
    expect(await repair()).toMatchObject([{ owed: ['t_up'], findings: [] }]);
    expect(await catalog(on.sql)).toEqual(before);
  });

  it('a foreign key stays where its other end is in use, rather than holding anyone up', async () => {
    await on.sql.query(`CREATE TABLE parent (id bigint PRIMARY KEY);
      CREATE TABLE t (id bigint REFERENCES parent, name text); CREATE INDEX t_name ON t (name);`);
    const busy = await connect(on.database);
    await busy.query('BEGIN; INSERT INTO parent VALUES (1)');
    await on.target.prepare(plan(), context);
    expect(await owed()).toEqual(['t_name dropped']);
    await busy.end();
  });

  it('repair leaves a table alone that a live run has claimed or is loading', async () => {
    await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name text)');
    await on.target.prepare(plan(), context);
    const other = await connect(on.database);
    const { database, schema, name } = plan().target;
    const lock = `snowmelt.table/${JSON.stringify([database, schema, name])}`;
    await other.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lock]);
    expect(await repair()).toEqual([{ target: plan().target, busy: true, owed: [], findings: [] }]);
    await other.query('SELECT pg_advisory_unlock_all()');
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = async () => {
      begun.resolve();
      await gate.promise;
      return opening(csv([['1', 'a']]))();
    };
    const loading = on.target.load(plan(), chunkOf('c1'), slow, context);
    await begun.promise;
    expect(await repair()).toMatchObject([{ busy: true }]);
    gate.resolve();
    await loading;
    expect(await repair()).toMatchObject([{ busy: false, owed: ['t_pkey'], findings: [] }]);
    await other.end();
  });

  it('repair does nothing where Snowmelt has never been', async () => {
    expect(await repair()).toEqual([]);
  });

  it('P5: a role that could not make indexes again does not drop them', async () => {
    const role = `builder_${on.database.database}`;
    await on.sql.query(`CREATE ROLE ${role} LOGIN PASSWORD 'little';
      CREATE TABLE t (id bigint, name text); CREATE INDEX t_name ON t (name);
      GRANT ALL ON t TO ${role}; GRANT CREATE ON DATABASE ${on.database.database} TO ${role};`);
    const connection = { ...connectionOf(on.database), user: role, password: 'little' };
    const limited = createPostgresTarget({ connection });
    try {
      const existing = await limited.describe(plan().target, context);
      const findings = await limited.check(plan(), existing, context);
      expect(findings.map(({ code }) => code)).toContain('TARGET.PRIVILEGE');
      await expect(limited.prepare(plan(), context)).rejects.toMatchObject({
        code: 'TARGET.PRIVILEGE',
      });
      expect((await on.sql.query(`SELECT 't_name'::regclass`)).rowCount).toBe(1);
    } finally {
      await limited[Symbol.asyncDispose]();
      await on.sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  it('two source tables of one target: the last to publish rebuilds', async () => {
    await on.sql.query('CREATE TABLE t (id bigint, name text); CREATE INDEX t_name ON t (name)');
    const [one, two] = [plan({ key: 'one' }), plan({ key: 'two' })];
    await on.target.prepare(one, context);
    await on.target.prepare(two, context);
    await on.target.publish(one, context);
    expect(await owed()).toEqual(['t_name dropped']);
    await on.target.publish(two, context);
    expect(await owed()).toEqual([]);
  });

  it('another index that took the name meanwhile is a finding; both definitions live', async () => {
    await on.sql.query('CREATE TABLE t (id bigint, name text); CREATE INDEX t_name ON t (name)');
    await on.target.prepare(plan(), context);
    await on.sql.query('CREATE INDEX t_name ON t (id)');
    const { findings } = await on.target.publish(plan(), context);
    expect(findings?.[0]?.message).toContain('another relation is called public.t_name');
    const next = plan({ run: 'next', columns: [pair('id', integer), pair('name', text)] });
    await on.target.prepare(next, context);
    expect((await on.sql.query(`SELECT 't_name'::regclass`)).rowCount).toBe(1);
    await on.sql.query('DROP INDEX t_name');
    expect((await on.target.publish(next, context)).findings).toBeUndefined();
  });
});
