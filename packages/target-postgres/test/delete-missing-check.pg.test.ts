import type { DeleteMissing, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { chunkOf, connectionOf, csv, opening, pair, planFor, text } from './fixtures.ts';
import { emptyBench } from './use-bench.ts';

const keys = { extract: 'query' } as const;
const hard: DeleteMissing = { how: 'hard', keys };
const soft = { how: 'soft', column: 'gone_at', addsColumn: false, keys } as const;

describe('check of delete_missing', () => {
  const on = emptyBench();
  const context = testContext();

  const plan = (parts: Partial<TablePlan> = {}) =>
    planFor(on.database, { mode: 'upsert', keyColumns: ['id'], deleteMissing: hard, ...parts });

  async function findings(table: TablePlan, severity: 'error' | 'warning') {
    const found = await on.findings(table);
    return found
      .filter((one) => one.severity === severity)
      .map(({ message, fix }) => ({ message, fix }));
  }

  it.each([
    ['', 'has no column gone_at', /ALTER TABLE "public"."t" ADD COLUMN "gone_at" timestamptz;/],
    [', gone_at timestamp', 'column gone_at is timestamp without time zone', /another soft_delete/],
    [', gone_at timestamptz NOT NULL DEFAULT now()', 'NOT NULL', /another soft_delete/],
  ])('P8: a table (id, name%s): %s', async (column, message, fix) => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text${column})`);
    expect(await findings(plan({ deleteMissing: soft }), 'error')).toEqual([
      { message: expect.stringContaining(message), fix: expect.stringMatching(fix) },
    ]);
  });

  it('the marks need a name that a column can have', async () => {
    const system = { ...soft, column: 'xmax', addsColumn: true } as const;
    expect(await findings(plan({ deleteMissing: system }), 'error')).toMatchObject([
      {
        message: 'the name "xmax" is that of a system column of PostgreSQL',
        fix: 'Name another soft_delete_column.',
      },
    ]);
  });

  it('a source column may not go where the marks go', async () => {
    const taken = { ...soft, column: 'name' } as const;
    expect(await findings(plan({ deleteMissing: taken }), 'error')).toEqual([
      expect.objectContaining({
        message: 'a source column goes into name, which delete_missing: soft marks rows in',
      }),
    ]);
  });

  it('P5: an index that compares keys otherwise than their columns is refused', async () => {
    await on.sql
      .query(`CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE t (id text NOT NULL, name text);
        CREATE UNIQUE INDEX odd ON t (id COLLATE ci)`);
    const table = plan({ columns: [pair('id', text), pair('name', text)] });
    expect(await findings(table, 'error')).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('the unique index public.odd of public.t'),
      }),
    ]);
  });

  it('P5: tables that inherit would be reached', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
        CREATE TABLE heir () INHERITS (t)`);
    expect(await findings(plan(), 'error')).toEqual([
      expect.objectContaining({ message: expect.stringContaining('inherit from it: public.heir') }),
    ]);
  });

  it('rights that are missing are named', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text)`);
    await on.target.prepare(plan({ run: 'before' }), context);
    const role = `weak_${on.database.database}`;
    await on.sql.query(`CREATE ROLE ${role} LOGIN PASSWORD 'little';
        GRANT USAGE ON SCHEMA public, snowmelt TO ${role};
        GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public, snowmelt TO ${role};
        GRANT DELETE ON ALL TABLES IN SCHEMA snowmelt TO ${role}`);
    const connection = { ...connectionOf(on.database), user: role, password: 'little' };
    await using weak = createPostgresTarget({ connection });
    const existing = await weak.describe(plan().target, context);
    const found = await weak.check(plan(), existing, context);
    const errors = found.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ fix }) => fix)).toEqual([
      `As their owner: GRANT CREATE ON SCHEMA "snowmelt" TO "${role}";`,
      `As its owner: GRANT DELETE ON "public"."t" TO "${role}";`,
    ]);
  });

  it('rows that the ledger knows of another source table are told', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text)`);
    const other = plan({ run: 'run-0', key: 'another table' });
    await on.target.prepare(other, context);
    await on.target.load(other, chunkOf('c'), opening(csv([['1', 'x']]), 1), context);
    expect(await findings(plan(), 'warning')).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('loaded as another table') }),
    );
  });

  it('a table that holds rows back is named', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
      CREATE TABLE child (t_id bigint REFERENCES t)`);
    expect(await findings(plan(), 'warning')).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('rows of public.child refer') }),
    );
  });

  it('a key that acts on DELETE is told beforehand', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
      CREATE TABLE child (t_id bigint REFERENCES t ON DELETE CASCADE);
      INSERT INTO t VALUES (1), (2); INSERT INTO child VALUES (1), (2)`);
    const warned = 'delete or change those of public.child';
    const said = await findings(plan(), 'warning');
    expect(said).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining(warned) }),
    );
    const marking = plan({ deleteMissing: { ...soft, addsColumn: true } });
    for (const { message } of await findings(marking, 'warning')) {
      expect(message).not.toContain(warned);
    }
  });
});
