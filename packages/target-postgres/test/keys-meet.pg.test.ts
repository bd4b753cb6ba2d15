import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { beforeEach, describe, expect, it } from 'vitest';

import { change, loadAll, planAt, refused } from './changes-bench.ts';
import { decimal } from './deciding.ts';
import { chunkOf, column, csv, integer, opening, pair, planFor, text } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';
import { kinds, moment, type Kind } from './loose-key-kinds.ts';

type Row = readonly (string | null)[];

describe('P1: keys that differ in the source and not in the target', () => {
  const on = sharedBench({}, async () => {
    await on.sql.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE EXTENSION citext;
      CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE DOMAIN folded AS citext; CREATE DOMAIN loosely AS text COLLATE ci;
      CREATE TYPE colour AS ENUM ('red', 'Red')`);
  });
  const context = testContext();
  beforeEach(() =>
    on.sql.query('DROP TABLE IF EXISTS public.t; DROP SCHEMA IF EXISTS snowmelt CASCADE'),
  );

  async function make({ type, index }: Pick<Kind, 'type' | 'index'>): Promise<void> {
    const key = index === undefined ? 'PRIMARY KEY' : 'NOT NULL';
    await on.sql.query(`CREATE TABLE t (k ${type} ${key}, n bigint, u bigint); ${index ?? ''}`);
  }

  function plan({ source = text, pair: rest = {} }: Partial<Kind>, parts: Partial<TablePlan> = {}) {
    const key = { ...pair('k', source, rest), source: column('K', source, { nullable: false }) };
    const columns = [{ ...key, ...rest }, pair('n', integer), pair('u', integer)];
    return planFor(on.database, { mode: 'upsert', keyColumns: ['k'], columns, ...parts });
  }

  async function load(table: TablePlan, chunk: string, rows: readonly Row[]) {
    await on.target.prepare(table, context);
    return on.load(table, rows, chunk);
  }

  async function findings(table: TablePlan) {
    const found = await on.findings(table);
    return found.filter(({ code }) => code === 'TARGET.KEYS_MEET');
  }

  async function stored(): Promise<unknown[]> {
    const query = { text: 'SELECT k::text, n FROM t ORDER BY n', rowMode: 'array' as const };
    return (await on.sql.query<unknown[]>(query)).rows;
  }

  it.each(Object.entries(kinds))('%s: check says so, and what ends it', async (_, kind) => {
    await make(kind);
    const [found, ...more] = await findings(plan(kind));
    expect(more).toEqual([]);
    expect(found).toMatchObject({ severity: 'warning', message: /differ.*column k /s });
    expect(found?.fix).toMatch(/ALTER TABLE "public"."t" ALTER COLUMN "k" TYPE [^;]+;/);
    const statement = /ALTER TABLE [^;]+;/.exec(found?.fix ?? '')?.[0] ?? '';
    await on.sql.query(statement);
    if (kind.index !== undefined) return;
    const { pair: _digits, ...mended } = kind;
    expect(await findings(plan(mended))).toEqual([]);
    const both = [
      [kind.one, '1', '1'],
      [kind.other, '2', '1'],
    ];
    expect(await load(plan(mended), 'c', both)).not.toHaveProperty('met');
    expect(await stored()).toHaveLength(2);
  });

  it.each(Object.entries(kinds))('%s: two in one chunk are refused', async (_, kind) => {
    const { one, other, third } = kind;
    for (const firstLoad of [true, false]) {
      await on.sql.query('DROP TABLE IF EXISTS t; DROP SCHEMA IF EXISTS snowmelt CASCADE');
      await make(kind);
      const rows = [one, third, other].map((key) => [key, '1', '1']);
      const loading = load(plan(kind, firstLoad ? { firstLoad } : {}), 'c', rows);
      await expect(loading).rejects.toMatchObject({
        code: 'TARGET.KEYS_MEET',
        message: expect.stringMatching(/1 key is one in public\.t .*column k /),
      });
      const message = await loading.then(String, String);
      if (one.length > 2) expect(message).not.toContain(one);
      expect(await stored()).toEqual([]);
    }
  });

  it.each(Object.entries(kinds))('%s: two in two chunks are counted', async (_, kind) => {
    await make(kind);
    const table = plan(kind, { firstLoad: true });
    expect(await load(table, 'a', [[kind.one, '1', '1']])).not.toHaveProperty('met');
    const second = [
      [kind.third, '3', '1'],
      [kind.other, '2', '1'],
    ];
    expect(await load(table, 'b', second)).toMatchObject({ rows: 2, met: 1 });
    expect(await on.target.receipts(table, context)).toMatchObject([{}, { met: 1 }]);
    expect(await stored()).toHaveLength(2);
  });

  it.each(Object.entries(kinds))('%s: one key that comes twice is no two', async (_, kind) => {
    await make(kind);
    const rows = [
      [kind.one, '1', '1'],
      [kind.one, '2', '1'],
      [kind.third, '3', '1'],
    ];
    expect(await load(plan(kind), 'c', rows)).not.toHaveProperty('met');
    const again = plan(kind, { run: 'run-2' });
    expect(await load(again, 'c', rows)).not.toHaveProperty('met');
    expect((await stored()).map((row) => (row as unknown[])[1])).toEqual(['2', '3']);
  });

  it('the row of a key that is gone gets the text of the key that comes', async () => {
    await make({ type: 'citext' });
    await load(plan({}), 'c', [['Ann', '1', '1']]);
    const receipt = await load(plan({}, { run: 'run-2' }), 'c', [['ann', '2', '1']]);
    expect(receipt).not.toHaveProperty('met');
    expect(await stored()).toEqual([['ann', '2']]);
  });

  it('insert-only: a key that stays out for another one is counted, whoever stored that', async () => {
    await make({ type: 'citext' });
    const table = plan({}, { mode: 'insert-only' });
    await load(table, 'c', [['Ann', '1', '1']]);
    const next = { ...table, run: 'run-2' };
    expect(await load(next, 'c', [['ann', '2', '1']])).toMatchObject({ met: 1 });
    expect(await stored()).toEqual([['Ann', '1']]);
  });

  it('with a watermark, a row that may still be in the source is not overwritten in silence', async () => {
    await make({ type: 'citext' });
    const watermark = { column: pair('u', integer) };
    await load(plan({}, { watermark }), 'c', [['Ann', '1', '1']]);
    const next = plan({}, { watermark, run: 'run-2' });
    expect(await load(next, 'c', [['ann', '2', '2']])).toMatchObject({ met: 1 });
    expect(await stored()).toEqual([['ann', '2']]);
  });

  it('of a key of several columns, each is compared', async () => {
    await on.sql.query('CREATE TABLE t (k citext, n bigint, u bigint, PRIMARY KEY (k, n))');
    const table = plan({}, { keyColumns: ['k', 'n'] });
    const apart = [
      ['Ann', '1', '1'],
      ['ann', '2', '1'],
    ];
    expect(await load(table, 'a', apart)).not.toHaveProperty('met');
    await expect(load(table, 'b', [...apart, ['ann', '1', '1']])).rejects.toMatchObject({
      code: 'TARGET.KEYS_MEET',
    });
  });

  it('rows in quarantine do not hide keys that meet', async () => {
    await make({ type: 'char(4)' });
    const table = plan({}, { rejects: { limit: 9 } });
    const refused = ['too long', '9', '1'];
    const rows = [['a', '1', '1'], refused, ['b', '3', '1']];
    expect(await load(table, 'a', rows)).toMatchObject({ rows: 2, rejected: 1 });
    const second = [['a ', '2', '1'], refused];
    expect(await load(table, 'b', second)).toMatchObject({ rows: 1, rejected: 1, met: 1 });
    const both = [['c', '1', '1'], refused, ['c ', '2', '1']];
    await expect(load(table, 'c', both)).rejects.toMatchObject({ code: 'TARGET.KEYS_MEET' });
  });

  it('keys that the target keeps apart are no finding', async () => {
    for (const [type, source] of [
      ['text', text],
      ['varchar(20)', { kind: 'text', length: 20 }],
      ['colour', text],
      ['citext', integer],
      ['char(9)', integer],
      ['numeric', decimal(12, 3)],
      ['bigint', integer],
      ['timestamp', { kind: 'timestamp', precision: 6, zone: 'none' }],
      ['date', { kind: 'date' }],
      ['bytea', { kind: 'binary' }],
      ['uuid', { kind: 'uuid' }],
    ] as const) {
      await on.sql.query('DROP TABLE IF EXISTS t');
      await make({ type });
      expect(await findings(plan({ source })), type).toEqual([]);
    }
  });

  it('digits of a second that are cut are said, also of a table that the run makes', async () => {
    const kind = { source: moment, pair: { fractionDigits: 6 } };
    expect(await findings(plan(kind))).toMatchObject([
      { severity: 'warning', message: /6 digits/ },
    ]);
    const refusing = { source: moment, pair: { fractionDigits: 6, extraDigits: 'fail' } } as const;
    expect(await findings(plan(refusing))).toEqual([]);
  });

  describe('changes', () => {
    const parts = { columns: [pair('k', text), pair('n', integer)], keyColumns: ['k'] };

    async function begin(): Promise<void> {
      await on.sql.query('CREATE TABLE t (k citext PRIMARY KEY, n bigint)');
      const first = planAt(on, 1, undefined, parts);
      await loadAll(on, first, [
        ['Ann', '1'],
        ['bob', '3'],
      ]);
      await on.target.publish(first, context);
    }

    it('a key that finds the row of another one is refused', async () => {
      await begin();
      const applied = change(on, [['I', 'ann', '2']], parts);
      expect(await refused(applied)).toMatchObject({ code: 'TARGET.KEYS_MEET' });
      expect(await stored()).toEqual([
        ['Ann', '1'],
        ['bob', '3'],
      ]);
    });

    it('a key takes the place of one that is deleted, with its own text', async () => {
      await begin();
      const renamed = [
        ['D', 'Ann', null],
        ['I', 'ANN', '2'],
        ['D', 'bob', null],
        ['I', 'bob', '4'],
      ];
      await change(on, renamed, parts);
      expect(await stored()).toEqual([
        ['ANN', '2'],
        ['bob', '4'],
      ]);
    });
  });

  it('citext in a schema of its own is compared as its index does', async () => {
    await on.sql.query(`CREATE SCHEMA apart; ALTER EXTENSION citext SET SCHEMA apart`);
    try {
      await make({ type: 'apart.citext' });
      await load(plan({}), 'a', [['Ann', '1', '1']]);
      expect(await load(plan({}), 'b', [['ann', '2', '1']])).toMatchObject({ met: 1 });
      const deleteMissing = { how: 'hard', keys: { extract: 'query' } } as const;
      const table = plan({}, { run: 'r2', deleteMissing });
      await on.target.prepare(table, context);
      const chunk = { ...chunkOf('keys/c'), of: 'keys' } as const;
      await on.target.load(table, chunk, opening(csv([['ANN']]), 1), context);
      const { missing } = await on.target.publish(table, context);
      expect(missing).toMatchObject({ rows: 0, met: 1 });
    } finally {
      await on.sql.query(
        'DROP TABLE t; ALTER EXTENSION citext SET SCHEMA public; DROP SCHEMA apart',
      );
    }
  });

  describe('delete_missing', () => {
    const deleteMissing = { how: 'hard', keys: { extract: 'query' } } as const;

    async function compare(run: string, keys: readonly string[]) {
      const table = plan({}, { run, deleteMissing });
      await on.target.prepare(table, context);
      const chunk = { ...chunkOf('keys/c'), of: 'keys' } as const;
      const rows = csv(keys.map((key) => [key]));
      await on.target.load(table, chunk, opening(rows, keys.length), context);
      const published = await on.target.publish(table, context);
      expect(await on.target.publish(table, context)).toMatchObject({ missing: published.missing });
      return published.missing;
    }

    it('a key that the target has for another one is counted, and its row stays', async () => {
      await make({ type: 'citext' });
      await on.sql.query(`INSERT INTO t VALUES ('Ann', 1), ('bob', 2), ('gone', 3)`);
      expect(await compare('r1', ['Ann', 'bob'])).toEqual({ how: 'hard', rows: 1, restored: 0 });
      expect(await compare('r2', ['Ann', 'ann', 'bob'])).toMatchObject({ rows: 0, met: 1 });
      expect(await compare('r3', ['ann', 'bob'])).toMatchObject({ rows: 0, met: 1 });
      expect(await stored()).toHaveLength(2);
    });
  });

  it('changes are refused a key that the target does not keep', async () => {
    await make({ type: 'numeric(10,2)' });
    const table = plan({ source: decimal(12, 3) }, { mode: 'swap', changes: { feed: 'f' } });
    expect(await findings(table)).toMatchObject([{ severity: 'error' }]);
  });
});
