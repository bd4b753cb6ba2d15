import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, csv, opening, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

const context = testContext();
const on = freshBench({}, async () => {
  await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name text)');
});

function runAt(minute: number, parts: Partial<TablePlan> = {}): TablePlan {
  const snapshot = { pinned: true, at: `2026-01-01T00:0${minute}:00.5Z` } as const;
  const run = `run-${minute}`;
  return planFor(on.database, { run, snapshot, mode: 'upsert', keyColumns: ['id'], ...parts });
}

const load = (plan: TablePlan, chunk: string, rows: [string, string][]) =>
  on.target.load(plan, chunkOf(chunk), opening(csv(rows)), context);

const rows = async () => (await on.sql.query('SELECT * FROM t ORDER BY id')).rows;

describe('P1: an older run does not write over a newer one', () => {
  it('a chunk of it that is under way is waited for', async () => {
    const [old, newer] = [runAt(1), runAt(2)];
    await on.target.prepare(old, context);
    await load(old, 'a', [['9', 'old']]);
    const begun = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const late = on.target.load(
      old,
      chunkOf('b'),
      async () => {
        begun.resolve();
        await go.promise;
        return opening(csv([['1', 'old']]))();
      },
      context,
    );
    await begun.promise;
    const prepared = on.target.prepare(newer, context).then(() => 'prepared');
    const soon = new Promise((resolve) => setTimeout(resolve, 300, 'waits'));
    expect(await Promise.race([prepared, soon])).toBe('waits');
    go.resolve();
    await late;
    await prepared;
    await load(newer, 'a', [['1', 'new']]);
    await on.target.publish(newer, context);
    expect(await rows()).toEqual([
      { id: '1', name: 'new' },
      { id: '9', name: 'old' },
    ]);
  });

  it('the watermark of a run that was overtaken is not forgotten: its rows may be missing', async () => {
    const column = runAt(1).columns[0]!;
    const watermark = { column, from: { value: '3', inclusive: true, orNull: false } };
    const old = runAt(1, { watermark });
    await on.sql.query(`INSERT INTO t VALUES (3, 'of a run before')`);
    await on.target.prepare(old, context);
    await load(old, 'b', [['9', 'old']]);
    await on.target.prepare(runAt(2, { watermark }), context);
    expect(await on.target.watermarks.newest(old, column, context)).toEqual({
      unfinished: { run: 'run-1', from: watermark.from },
    });
  });

  it('a table that can not be pinned: the run that began on it last', async () => {
    const snapshot = { pinned: false, reason: 'a view' } as const;
    const [one, two] = [runAt(1, { snapshot }), runAt(2, { snapshot })];
    await on.target.prepare(one, context);
    await on.target.prepare(two, context);
    await expect(on.target.prepare(one, context)).rejects.toMatchObject({ code: 'RUN.SUPERSEDED' });
    await on.target.prepare(two, context);
  });
});
