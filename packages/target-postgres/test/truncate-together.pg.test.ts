import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { chunkOf, connectionOf, countRows, csv, opening, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

describe('TRUNCATE of tables that one run empties together', () => {
  const on = freshBench({}, async () => {
    await on.sql.query(`
      CREATE TABLE parent (id bigint PRIMARY KEY, name text);
      CREATE TABLE other (id bigint PRIMARY KEY, name text);
      CREATE TABLE child (id bigint PRIMARY KEY REFERENCES parent REFERENCES other, name text);
      CREATE TABLE grandchild (id bigint REFERENCES child, name text);
      INSERT INTO parent VALUES (9); INSERT INTO other VALUES (9);
      INSERT INTO child VALUES (9); INSERT INTO grandchild VALUES (9);`);
  });
  const context = testContext();
  const targetOf = (name: string) => ({ database: on.database.database, schema: 'public', name });
  const emptied = (...names: string[]) =>
    names.map((name) => ({ key: name, target: targetOf(name) }));
  const plan = (name: string, others: string[], parts: Partial<TablePlan> = {}) =>
    planFor(on.database, {
      key: name,
      mode: 'truncate',
      target: targetOf(name),
      emptiedWith: emptied(...others),
      ...parts,
    });
  const parent = () => plan('parent', ['child', 'grandchild']);
  const other = () => plan('other', ['child', 'grandchild']);
  const child = () => plan('child', ['grandchild']);
  const grandchild = () => plan('grandchild', []);
  const load = (table: TablePlan, rows = [['1', 'a']]) =>
    on.target.load(table, chunkOf('c1'), opening(csv(rows)), context);
  const names = ['parent', 'other', 'child', 'grandchild'];
  const counts = async () => {
    const found: number[] = [];
    for (const name of names) found.push(await countRows(on.sql, name));
    return found;
  };

  it('says whose foreign keys lead to a table, through others as well', async () => {
    expect(await on.target.references.dependents(targetOf('parent'), context)).toEqual([
      targetOf('child'),
      targetOf('grandchild'),
    ]);
    expect(await on.target.references.dependents(targetOf('grandchild'), context)).toEqual([]);
    expect(await on.target.references.dependents(targetOf('missing'), context)).toEqual([]);
  });

  it('check finds fault with the tables outside the run only', async () => {
    const findings = async (table: TablePlan) =>
      (await on.findings(table)).filter(({ severity }) => severity === 'error');
    expect(await findings(parent())).toEqual([]);
    const [finding, ...more] = await findings(plan('parent', ['child']));
    expect(finding).toMatchObject({
      code: 'TARGET.TRUNCATE_CASCADES',
      message: expect.stringContaining('would also empty public.grandchild,'),
    });
    expect(more).toEqual([]);
  });

  it('P5: one outside the run is named before anything is touched', async () => {
    await expect(on.target.prepare(plan('parent', ['child']), context)).rejects.toMatchObject({
      code: 'TARGET.TRUNCATE_CASCADES',
      message: expect.stringContaining('would also empty public.grandchild,'),
    });
    expect(await counts()).toEqual([1, 1, 1, 1]);
    const { rows } = await on.sql.query('SELECT 1 FROM snowmelt.table_ledger');
    expect(rows).toEqual([]);
  });

  it.each(['parents first', 'children first'])(
    'P5: %s: each is emptied, and loaded',
    async (order) => {
      const tables = [parent(), other(), child(), grandchild()];
      const ordered = order === 'parents first' ? tables : tables.toReversed();
      for (const table of ordered) await on.target.prepare(table, context);
      expect(await counts()).toEqual([0, 0, 0, 0]);
      for (const table of tables) await load(table);
      for (const table of ordered) await on.target.prepare(table, context);
      expect(await counts(), 'a resume empties nothing').toEqual([1, 1, 1, 1]);
    },
  );

  it('P5: a table that was emptied with another is not emptied again in its turn', async () => {
    await on.target.prepare(parent(), context);
    await on.target.prepare(other(), context);
    await on.sql.query(`INSERT INTO parent VALUES (5); INSERT INTO other VALUES (5);
      INSERT INTO child VALUES (5)`);
    await on.target.prepare(child(), context);
    expect(await countRows(on.sql, 'child')).toBe(1);
    await on.sql.query('DELETE FROM child');
    await load(child(), [['5', 'a']]);
    const changed = { ...child(), read: { ...child().read, filter: 'ID > 5' } };
    await on.target.prepare(changed, context);
    expect(await countRows(on.sql, 'child'), 'its plan has changed').toBe(0);
  });

  it('P1: a parent that is planned anew does not take what its child has loaded', async () => {
    for (const table of [parent(), other(), child()]) await on.target.prepare(table, context);
    for (const table of [parent(), other(), child()]) await load(table);
    const changed = { ...parent(), read: { ...parent().read, filter: 'ID > 5' } };
    await expect(on.target.prepare(changed, context)).rejects.toMatchObject({
      code: 'TARGET.TRUNCATE_CASCADES',
      message: expect.stringContaining('public.child, which this run has loaded already'),
    });
    expect(await counts()).toEqual([1, 1, 1, 0]);
  });

  it('P1: runs that loaded the others before may not go on with them', async () => {
    const late = () => ({ ...grandchild(), run: 'run-0' });
    await on.target.prepare(late(), context);
    await on.target.prepare(parent(), context);
    await expect(on.target.prepare(late(), context)).rejects.toMatchObject({
      code: 'RUN.SUPERSEDED',
    });
  });

  it('many processes prepare all of them at once, without a deadlock', async () => {
    const targets = Array.from({ length: 4 }, () =>
      createPostgresTarget({ connection: connectionOf(on.database), maxConnections: 5 }),
    );
    const tables = [grandchild(), parent(), child(), other()];
    const prepared = targets.flatMap((target, n) =>
      [...tables.slice(n), ...tables.slice(0, n)].map((table) => target.prepare(table, context)),
    );
    const ends = await Promise.allSettled(prepared);
    await Promise.all(targets.map((target) => target[Symbol.asyncDispose]()));
    expect(ends.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(await counts()).toEqual([0, 0, 0, 0]);
    for (const table of [parent(), other(), child(), grandchild()]) await load(table);
    expect(await counts()).toEqual([1, 1, 1, 1]);
  });
});
