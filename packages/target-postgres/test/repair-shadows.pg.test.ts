import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { chunkOf, connectionOf, csv, opening, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

const context = testContext();
const on = freshBench({}, async () => {
  await on.sql.query(`CREATE TABLE t (id bigint, name text); INSERT INTO t VALUES (1, 'old')`);
});

const plan = (parts: Partial<TablePlan> = {}) => planFor(on.database, { mode: 'swap', ...parts });
const load = (table: TablePlan, chunk: string, ids: readonly string[]) =>
  on.target.load(
    table,
    chunkOf(chunk),
    opening(csv(ids.map((id) => [id, 'new'])), ids.length),
    context,
  );

async function repair(dropGathered = false, target = on.target) {
  const report = await target.repairs.repair(
    { database: on.database.database, dropGathered },
    context,
  );
  return report.gathered;
}

async function shadows(): Promise<readonly string[]> {
  const { rows } = await on.sql.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'snowmelt'::regnamespace
     AND relkind = 'r' AND relname LIKE 'shadow%'`,
  );
  return rows.map(({ name }) => name);
}

const targetRows = async () => (await on.sql.query('SELECT id FROM t ORDER BY id')).rows;

/** A swap that was left with a chunk in its shadow. */
async function abandoned(parts: Partial<TablePlan> = {}): Promise<TablePlan> {
  const table = plan(parts);
  await on.target.prepare(table, context);
  await load(table, 'a', ['2', '3']);
  return table;
}

describe('repair of swaps that were abandoned', () => {
  it('P4: the shadow of a run that can still go on stays, and is told', async () => {
    const table = await abandoned();
    const [name] = await shadows();
    expect(await repair()).toEqual([
      { place: name, outcome: 'kept', run: table.run, target: table.target },
    ]);
    await load(table, 'b', ['4']);
    await on.target.publish(table, context);
    expect(await targetRows()).toEqual([{ id: '2' }, { id: '3' }, { id: '4' }]);
    expect(await repair()).toEqual([]);
  });

  it('goes where that is asked for: the rows of the target stay, the run ends', async () => {
    const table = await abandoned();
    expect(await repair(true)).toMatchObject([{ outcome: 'removed', run: table.run }]);
    expect(await shadows()).toEqual([]);
    expect(await targetRows()).toEqual([{ id: '1' }]);
    expect(await repair(true)).toEqual([]);
    for (const step of [
      () => on.target.prepare(table, context),
      () => load(table, 'b', ['4']),
      () => on.target.publish(table, context),
    ]) {
      await expect(step()).rejects.toMatchObject({ code: 'RUN.SUPERSEDED' });
    }
    const later = await abandoned({ run: 'run-2' });
    await on.target.publish(later, context);
    expect(await targetRows()).toEqual([{ id: '2' }, { id: '3' }]);
  });

  it('goes by itself where a later run has overtaken it', async () => {
    const table = await abandoned();
    await on.target.prepare(plan({ run: 'run-2', mode: 'append' }), context);
    expect(await shadows()).toHaveLength(1);
    expect(await repair()).toMatchObject([{ outcome: 'removed', run: table.run }]);
    expect(await shadows()).toEqual([]);
    expect(await repair()).toEqual([]);
  });

  it('goes by itself where no run has it', async () => {
    await abandoned();
    const [name] = await shadows();
    await on.sql.query('DELETE FROM snowmelt.table_ledger');
    await on.sql.query('CREATE TABLE snowmelt.shadow_of_mine ()');
    expect(await repair()).toEqual([{ place: name, outcome: 'removed' }]);
    expect(await shadows()).toEqual(['shadow_of_mine']);
  });

  it('stays while a live run has the table', async () => {
    await abandoned();
    const owner = new Client({ connectionString: on.database.url });
    await owner.connect();
    const key = JSON.stringify([on.database.database, 'public', 't']);
    await owner.query(`SELECT pg_advisory_lock(hashtextextended($1, 0))`, [
      `snowmelt.table/${key}`,
    ]);
    expect(await repair(true)).toMatchObject([{ outcome: 'busy' }]);
    expect(await shadows()).toHaveLength(1);
    await owner.end();
    await expect.poll(() => repair(true)).toMatchObject([{ outcome: 'removed' }]);
  });

  it('stays where another role owns it, which is told', async () => {
    await abandoned();
    const user = `repairer_${crypto.randomUUID().replaceAll('-', '')}`;
    await on.sql.query(`CREATE ROLE ${user} LOGIN PASSWORD 'pw-1';
      GRANT USAGE ON SCHEMA snowmelt TO ${user};
      GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA snowmelt TO ${user}`);
    const connection = { ...connectionOf(on.database), user, password: 'pw-1' };
    {
      await using other = createPostgresTarget({ connection });
      expect(await repair(true, other)).toMatchObject([{ outcome: 'not-owned' }]);
    }
    expect(await shadows()).toHaveLength(1);
    await on.sql.query(`DROP OWNED BY ${user} CASCADE; DROP ROLE ${user}`);
  });
});
