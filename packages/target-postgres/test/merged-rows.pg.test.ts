import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bench, chunkOf, csv, integer, opening, pair, planFor, text } from './fixtures.ts';
import type { Bench } from './fixtures.ts';

const context = testContext();
const columns = [pair('id', integer), pair('v', integer), pair('name', text)];
const rowsOf = (from: number, to: number, v: number) =>
  Array.from({ length: to - from }, (_, n) => [String(from + n), String(v), 'x']);

describe('what a merge has made of the rows that were there', () => {
  let on: Bench;
  beforeAll(async () => {
    on = await bench();
  });
  afterAll(() => on[Symbol.asyncDispose]());

  /** A table with the keys 0 to 9, of version 5. */
  async function table(name: string, sql = ''): Promise<void> {
    await on.sql.query(`CREATE TABLE ${name} (id bigint PRIMARY KEY, v bigint, name text) ${sql}`);
  }
  const fill = (name: string) =>
    on.sql.query(`INSERT INTO ${name} SELECT n, 5, 'old' FROM generate_series(0, 9) n`);

  const planOf = (name: string, parts: Partial<TablePlan> = {}): TablePlan =>
    planFor(on.database, {
      key: name,
      target: { database: on.database.database, schema: 'public', name },
      columns,
      mode: 'upsert',
      keyColumns: ['id'],
      primaryKey: ['id'],
      ...parts,
    });
  const load = (plan: TablePlan, id: string, rows: (string | null)[][]) =>
    on.target.load(plan, chunkOf(id), opening(csv(rows)), context);
  const watermark = { column: pair('v', integer) } as const;

  it('an upsert with a watermark: inserted, updated, not newer, and twice in a chunk', async () => {
    await table('newer');
    await fill('newer');
    const plan = planOf('newer', { watermark });
    await on.target.prepare(plan, context);
    // 3 newer, 2 as new, 4 that are not there, of which one comes twice.
    const chunk = [...rowsOf(0, 3, 6), ...rowsOf(3, 5, 5), ...rowsOf(10, 14, 6), ['13', '7', 'y']];
    await load(plan, 'a', chunk);
    await load(plan, 'a', chunk);
    // Another chunk updates what the first has inserted.
    await load(plan, 'b', rowsOf(12, 16, 9));
    const counts = { inserted: 6, updated: 5, unchanged: 3, deleted: 0 };
    expect(await on.target.publish(plan, context)).toMatchObject({ rows: 14, merged: counts });
    expect(await on.target.publish(plan, context), 'once more').toMatchObject({ merged: counts });
  });

  it('without a watermark every row that is there is updated; insert-only updates none', async () => {
    for (const mode of ['upsert', 'insert-only'] as const) {
      const name = `plain_${mode.replace('-', '_')}`;
      await table(name);
      await fill(name);
      const plan = planOf(name, { mode });
      await on.target.prepare(plan, context);
      await load(plan, 'a', rowsOf(5, 15, 5));
      const updated = mode === 'upsert' ? 5 : 0;
      expect((await on.target.publish(plan, context)).merged, mode).toEqual({
        inserted: 5,
        updated,
        unchanged: 5 - updated,
        deleted: 0,
      });
    }
  });

  it('the first load of an empty table, partitions, and what delete_missing has removed', async () => {
    await table('parts', 'PARTITION BY RANGE (id)');
    await on.sql.query(
      `CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (5);
       CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (5) TO (100)`,
    );
    const first = planOf('parts', { firstLoad: true });
    await on.target.prepare(first, context);
    await load(first, 'a', rowsOf(0, 10, 1));
    const inserted = { inserted: 10, updated: 0, unchanged: 0, deleted: 0 };
    expect((await on.target.publish(first, context)).merged).toEqual(inserted);

    const deleteMissing = { how: 'hard', keys: { extract: 'query' } } as const;
    const next = planOf('parts', { run: 'next', deleteMissing });
    await on.target.prepare(next, context);
    await load(next, 'a', rowsOf(3, 12, 2));
    const keys = { ...chunkOf('keys/a'), of: 'keys' } as const;
    const sent = csv(rowsOf(3, 12, 2).map(([id = '']) => [id]));
    await on.target.load(next, keys, opening(sent), context);
    const counts = { inserted: 2, updated: 7, unchanged: 0, deleted: 3 };
    expect((await on.target.publish(next, context)).merged).toEqual(counts);
  });

  it('where triggers update further rows, and where the server does not count, nothing is said', async () => {
    await table('touched');
    await fill('touched');
    await on.sql.query(
      `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN UPDATE touched SET name = 'touched' WHERE id < 5 AND name <> 'touched'; RETURN NULL; END $$;
       CREATE TRIGGER touch AFTER INSERT ON touched FOR EACH STATEMENT EXECUTE FUNCTION touch()`,
    );
    const plan = planOf('touched');
    await on.target.prepare(plan, context);
    await load(plan, 'a', rowsOf(20, 22, 1));
    const published = await on.target.publish(plan, context);
    expect(published.rows).toBe(2);
    expect(published).not.toHaveProperty('merged');
  });

  it('changes: inserted, updated and deleted, in the transaction that applies them', async () => {
    const changes = { feed: 'f' } as const;
    const whole = planOf('feed', { mode: 'append', changes });
    await on.target.prepare(whole, context);
    await load(whole, 'a', rowsOf(0, 5, 1));
    expect(await on.target.publish(whole, context)).not.toHaveProperty('merged');
    const snapshot = { pinned: true, at: '2026-01-02T00:00:00.000000000Z' } as const;
    const from = '2026-01-01T00:00:00.000000000Z';
    const plan = planOf('feed', {
      run: 'next',
      mode: 'changes',
      snapshot,
      changes: { ...changes, from },
    });
    await on.target.prepare(plan, context);
    const sent = [
      ['I', '1', '2', 'y'],
      ['I', '9', '2', 'y'],
      ['D', '2', null, null],
      ['D', '3', null, null],
    ];
    await load(plan, 'a', sent);
    const counts = { inserted: 1, updated: 1, deleted: 2 };
    for (const time of ['first', 'again']) {
      expect((await on.target.publish(plan, context)).merged, time).toEqual(counts);
    }
  });
});
