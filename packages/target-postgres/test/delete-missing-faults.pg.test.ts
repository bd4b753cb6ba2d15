import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { dieOnce } from './die-once.ts';
import { chunkOf, connectionOf, countRows, csv, opening, planFor, type Bench } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

const context = testContext();
const keys = csv(Array.from({ length: 30 }, (_, id) => [String(id + 1)]));

/** The whole way of a table, as a process that knows of nothing goes it. */
async function goTheWay(on: Bench, table: TablePlan) {
  // A process that is killed tries nothing again.
  const options = { connection: connectionOf(on.database), outageSeconds: 0 };
  await using target = createPostgresTarget(options);
  await target.prepare(table, context);
  const chunk = { ...chunkOf('keys/a'), of: 'keys' } as const;
  await target.load(table, chunk, opening(keys, 30), context);
  return await target.publish(table, context);
}

describe('P5: killed at a step of delete_missing', () => {
  const on = freshBench({}, async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
      INSERT INTO t SELECT n, 'x' FROM generate_series(1, 100) n`);
    // The ledger, to hang the death on.
    await on.target.prepare(planFor(on.database, { run: 'before' }), context);
  });
  const plan = (parts: Partial<TablePlan> = {}) =>
    planFor(on.database, {
      mode: 'upsert',
      keyColumns: ['id'],
      deleteMissing: { how: 'hard', keys: { extract: 'query' } },
      ...parts,
    });
  const left = async () =>
    (await on.sql.query(`SELECT FROM pg_class WHERE relname LIKE 'keys%' AND relkind = 'r'`))
      .rowCount;

  const ledger = 'ON snowmelt.table_ledger FOR EACH ROW';
  const steps: Readonly<Record<string, readonly [trigger: string, then: number]>> = {
    'the place of the keys is made': [
      `TRIGGER die AFTER UPDATE ${ledger} WHEN (NEW.keys_table IS NOT NULL)`,
      100,
    ],
    'keys are in': ['TRIGGER die AFTER UPDATE ON snowmelt.chunk_ledger FOR EACH ROW', 100],
    'rows go': ['TRIGGER die BEFORE DELETE ON t FOR EACH ROW WHEN (OLD.id > 50)', 100],
    'all have gone': ['TRIGGER die AFTER DELETE ON t FOR EACH STATEMENT', 100],
    'it is recorded': [
      `TRIGGER die AFTER UPDATE ${ledger} WHEN (NEW.missing_done_at IS NOT NULL)`,
      100,
    ],
    'it is committed': [
      `TRIGGER die AFTER UPDATE ${ledger} WHEN (NEW.published_at IS NOT NULL)`,
      30,
    ],
  };
  for (const [step, [trigger, then]] of Object.entries(steps)) {
    for (const run of ['run-1', 'run-2']) {
      it(`when ${step}: all rows or none have gone, and ${run === 'run-1' ? 'the run goes on' : 'a new run does it'}`, async () => {
        await on.sql.query(dieOnce(trigger));
        await expect(goTheWay(on, plan())).rejects.toMatchObject({
          code: 'TARGET.CONNECTION_LOST',
        });
        expect(await countRows(on.sql)).toBe(then);
        const gone = then === 30 && run === 'run-2' ? 0 : 70;
        expect(await goTheWay(on, plan({ run }))).toMatchObject({ missing: { rows: gone } });
        expect(await countRows(on.sql)).toBe(30);
        expect(await left()).toBe(0);
      });
    }
  }

  it('P4: many processes publish at once: one deletes, all are told the same', async () => {
    await on.target.prepare(plan(), context);
    const chunk = { ...chunkOf('keys/a'), of: 'keys' } as const;
    await on.target.load(plan(), chunk, opening(keys, 30), context);
    const ends = await Promise.all(
      Array.from({ length: 6 }, () => on.target.publish(plan(), context)),
    );
    expect(ends.map(({ missing }) => missing?.rows)).toEqual(Array(6).fill(70));
    expect(await countRows(on.sql)).toBe(30);
  });

  it('P8: a writer that holds a row is named, and nothing is deleted', async () => {
    await using target = createPostgresTarget({
      connection: connectionOf(on.database),
      settings: { lockTimeoutSeconds: 1 },
    });
    await target.prepare(plan(), context);
    const chunk = { ...chunkOf('keys/a'), of: 'keys' } as const;
    await target.load(plan(), chunk, opening(keys, 30), context);
    await on.sql.query(`BEGIN; UPDATE t SET name = 'y' WHERE id = 1`);
    await expect(target.publish(plan(), context)).rejects.toMatchObject({
      code: 'TARGET.LOCKED',
      message: expect.stringContaining('delete_missing'),
    });
    await on.sql.query('ROLLBACK');
    expect(await countRows(on.sql)).toBe(100);
    expect(await target.publish(plan(), context)).toMatchObject({ missing: { rows: 70 } });
  });
});
