import type { ChunkPlan, MergePlan, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, csv, integer, opening, pair, planFor, text } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

const context = testContext();
const keys = { extract: 'query' } as const;

describe('P1: writes that a hook of the table swallows', () => {
  const on = freshBench({}, async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint PRIMARY KEY, name text, gone_at timestamptz);
      INSERT INTO t VALUES (1, 'old'), (9, 'old');
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`);
  });

  const plan = (parts: Partial<TablePlan> = {}) =>
    planFor(on.database, { mode: 'upsert', keyColumns: ['id'], ...parts });
  const trigger = (event: string) =>
    on.sql.query(`CREATE TRIGGER keep BEFORE ${event} ON t FOR EACH ROW EXECUTE FUNCTION keep()`);
  const load = (table: TablePlan, rows: readonly (readonly string[])[], chunk: ChunkPlan) =>
    on.target.load(table, chunk, opening(csv(rows)), context);
  const dropped = { code: 'TARGET.ROW_COUNT_MISMATCH', retry: 'never' };
  const names = async () =>
    (await on.sql.query('SELECT id::int, name FROM t ORDER BY id')).rows.map(Object.values);

  it.each([undefined, { limit: 5 }])(
    'an upsert whose UPDATE is dropped (rejects: %j)',
    async (rejects) => {
      await trigger('UPDATE');
      const table = plan(rejects === undefined ? {} : { rejects });
      await on.target.prepare(table, context);
      const rows = [
        ['1', 'new'],
        ['2', 'new'],
        ...(rejects === undefined ? [] : [['no number', 'x']]),
      ];
      await expect(load(table, rows, chunkOf('a'))).rejects.toMatchObject(dropped);
      expect(await names()).toEqual([
        [1, 'old'],
        [9, 'old'],
      ]);
    },
  );

  it('a row that is not newer is left alone by the merge, not by the trigger', async () => {
    await trigger('UPDATE');
    const column = pair('id', integer);
    const table = plan({
      columns: [column, pair('name', text)],
      watermark: { column },
    });
    await on.target.prepare(table, context);
    await load(
      table,
      [
        ['1', 'not newer'],
        ['2', 'new'],
      ],
      chunkOf('a'),
    );
    expect(await names()).toEqual([
      [1, 'old'],
      [2, 'new'],
      [9, 'old'],
    ]);
  });

  it('a trigger that only changes a row is no fault', async () => {
    await on.sql.query(`
      CREATE FUNCTION loud() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END';
      CREATE TRIGGER loud BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION loud()`);
    await on.target.prepare(plan(), context);
    await load(
      plan(),
      [
        ['1', 'new'],
        ['2', 'new'],
      ],
      chunkOf('a'),
    );
    expect(await names()).toEqual([
      [1, 'NEW'],
      [2, 'NEW'],
      [9, 'old'],
    ]);
  });

  const missing: readonly [string, string, MergePlan['deleteMissing']][] = [
    ['hard', 'DELETE', { how: 'hard', keys }],
    ['soft', 'UPDATE', { how: 'soft', column: 'gone_at', addsColumn: false, keys }],
  ];
  it.each(missing)('delete_missing: %s whose %s is dropped', async (_how, event, deleteMissing) => {
    const table = plan({ mode: 'insert-only', ...(deleteMissing && { deleteMissing }) });
    await trigger(event);
    await on.target.prepare(table, context);
    await load(table, [['1', 'x']], chunkOf('a'));
    await load(table, [['1']], { ...chunkOf('k'), of: 'keys' });
    await expect(on.target.publish(table, context)).rejects.toMatchObject(dropped);
    await on.sql.query('ALTER TABLE t DISABLE TRIGGER keep');
    expect(await on.target.publish(table, context)).toMatchObject({ missing: { rows: 1 } });
  });

  const ruled: readonly [string, Partial<TablePlan>, boolean][] = [
    ['INSERT', { mode: 'upsert' }, true],
    ['UPDATE', { mode: 'insert-only' }, true],
    ['DELETE', { mode: 'upsert' }, false],
    ['DELETE', { mode: 'upsert', deleteMissing: { how: 'hard', keys } }, true],
    ['INSERT', { mode: 'append', keyColumns: [] }, false],
  ];
  it.each(ruled)('check finds a rule on %s in %j: %s', async (event, parts, found) => {
    await on.sql.query(`CREATE RULE r AS ON ${event} TO t DO INSTEAD NOTHING`);
    const table = plan(parts);
    const findings = await on.findings(table);
    const rule = findings.find(({ message }) => message.startsWith('the rule r of public.t'));
    expect(rule?.severity).toBe(found ? 'error' : undefined);
    if (rule !== undefined) await on.sql.query(rule.fix.replace(/; or .*/, ''));
  });
});
