import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, csv, opening, planFor } from '../fixtures.ts';
import { freshBench } from '../use-bench.ts';

const context = testContext();
const on = freshBench({}, async () => {
  await on.sql.query(`
    CREATE TABLE t (id bigint, name text);
    CREATE UNIQUE INDEX t_id ON t (id);
    CREATE TABLE parent (id bigint, name text UNIQUE);
    CREATE TABLE child (id bigint, name text REFERENCES parent (name));`);
});

const plan = (parts: Partial<TablePlan> = {}): TablePlan =>
  planFor(on.database, { rebuildIndexes: true, ...parts });

const tableOf = (name: string, parts: Partial<TablePlan> = {}): TablePlan =>
  plan({ key: name, target: { database: on.database.database, schema: 'public', name }, ...parts });

const load = (table: TablePlan, rows: [string, string][]) =>
  on.target.load(table, chunkOf('a'), opening(csv(rows)), context);

describe('P5: a target says which indexes are away', () => {
  it('dropped for the load, back at publish; again, the same', async () => {
    const table = plan();
    expect(await on.target.prepare(table, context)).toEqual({ indexesDisabled: true });
    expect(await on.target.prepare(table, context)).toEqual({ indexesDisabled: true });
    await load(table, [['1', 'a']]);
    const published = { rows: 1, indexesBack: [table.target] };
    expect(await on.target.publish(table, context)).toEqual(published);
    expect(await on.target.publish(table, context)).toEqual(published);
  });

  it('nothing of a table without any, or that keeps its own', async () => {
    await on.sql.query('CREATE TABLE bare (id bigint, name text)');
    for (const table of [tableOf('bare'), planFor(on.database)]) {
      expect(await on.target.prepare(table, context)).toEqual({ indexesDisabled: false });
      expect(await on.target.publish(table, context)).toEqual({ rows: 0 });
    }
  });

  it('not back where the rows do not allow one', async () => {
    const table = plan();
    await on.target.prepare(table, context);
    await load(table, [
      ['1', 'a'],
      ['1', 'b'],
    ]);
    const published = await on.target.publish(table, context);
    expect(published.findings).toHaveLength(1);
    expect(published).not.toHaveProperty('indexesBack');
  });

  it("those that an earlier run left away are this run's to bring back", async () => {
    await on.target.prepare(plan(), context);
    const later = plan({ run: 'run-2' });
    expect(await on.target.prepare(later, context)).toEqual({ indexesDisabled: true });
    expect(await on.target.publish(later, context)).toMatchObject({ indexesBack: [later.target] });
  });

  it('of two source tables into one target, whoever publishes last says it', async () => {
    const [one, two] = [plan(), plan({ key: 'table-2' })];
    for (const table of [one, two]) {
      expect(await on.target.prepare(table, context)).toEqual({ indexesDisabled: true });
    }
    expect(await on.target.publish(one, context)).toEqual({ rows: 0 });
    expect(await on.target.publish(two, context)).toMatchObject({ indexesBack: [two.target] });
  });

  it('a foreign key that waited for its other end is told with that table', async () => {
    const [parent, child] = [tableOf('parent'), tableOf('child')];
    await on.target.prepare(parent, context);
    expect(await on.target.prepare(child, context)).toEqual({ indexesDisabled: true });
    expect(await on.target.publish(child, context)).toEqual({ rows: 0 });
    const { indexesBack } = await on.target.publish(parent, context);
    expect(indexesBack).toEqual([child.target]);
  });
});
