import type { TablePlan, TruncatePlan } from '@snowmelt/core';
import { testContext, type TestContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../../src/index.ts';
import { chunkOf, connectionOf, csv, integer, opening, pair, planFor, text } from '../fixtures.ts';
import { freshBench } from '../use-bench.ts';
import { catalog, serverVersion } from './catalog.ts';
import { ddlFaults } from './ddl-faults.ts';
import { createRichTable, dropped } from './rich-table.ts';

describe('disable_index', () => {
  const on = freshBench({ maxConnections: 4, outageSeconds: 0 }, async () => {
    context = testContext();
  });
  let context: TestContext;

  const richPlan = (parts: Partial<TablePlan> = {}): TablePlan =>
    planFor(on.database, {
      columns: [
        pair('id', integer),
        pair('name', text),
        pair('code', text),
        pair('region', text),
        pair('parent_id', integer),
      ],
      rebuildIndexes: true,
      emptiesOthers: true,
      ...parts,
    });
  const rows = (from: number, to: number): string =>
    csv(
      Array.from({ length: to - from }, (_, index) => {
        const id = from + index;
        return [`${id}`, `Name ${id}`, `code ${id}`, `r${(id % 50) + 1}`, `${(id % 50) + 1}`];
      }),
    );
  const load = (table: TablePlan, chunk: string, content: string) =>
    on.target.load(table, chunkOf(chunk), opening(content), context);
  const owed = async () =>
    (
      await on.sql.query<{ name: string; state: string; run_id: string }>(
        `SELECT name, state, run_id FROM snowmelt.index_ledger WHERE state <> 'rebuilt'
         ORDER BY name COLLATE "C"`,
      )
    ).rows;
  const repair = () =>
    on.target.repairs.repair({ database: on.database.database, dropGathered: false }, context);

  it('P5: the catalog is the same before and after, and the load finds the indexes away', async () => {
    await createRichTable(on.sql);
    const before = await catalog(on.sql);
    const table = richPlan();
    await on.target.prepare(table, context);
    expect((await owed()).map(({ name }) => name)).toEqual(dropped);
    await on.target.prepare(table, context);
    expect(await owed()).toHaveLength(dropped.length);
    await load(table, 'c1', rows(1, 500));
    expect(await on.target.publish(table, context)).toMatchObject({ rows: 499 });
    expect(await catalog(on.sql)).toEqual(before);
    expect(await owed()).toEqual([]);
    const stats = await on.sql.query(`SELECT 1 FROM pg_stats WHERE tablename = 't_lower'`);
    expect(stats.rowCount).toBeGreaterThan(0);
  });

  it('P5: a kill at any statement loses nothing, whether a run or a repair comes after', async () => {
    await createRichTable(on.sql);
    await on.sql.query('CREATE TABLE first (id bigint)');
    const first = planFor(on.database, {
      run: 'run-0',
      target: { database: on.database.database, schema: 'public', name: 'first' },
      columns: [pair('id', integer)],
    });
    await on.target.prepare(first, context); // the ledger, before DDL is counted
    const before = await catalog(on.sql);
    const faults = await ddlFaults(on.sql);
    let [nth, struck] = [0, true];
    while (struck) {
      nth += 1;
      const table = richPlan({ run: `run-${nth}`, mode: 'truncate' });
      await faults.arm(nth, nth % 2 === 0 ? 'raise' : 'kill');
      const run = async () => {
        await on.target.prepare(table, context);
        await load(table, 'c1', rows(1, 100));
        await on.target.publish(table, context);
      };
      const failed = await run().then(
        () => false,
        () => true,
      );
      struck = await faults.struck();
      expect(failed).toBe(struck);
      await faults.arm(2); // a second failure on the way back
      await repair().catch(() => undefined);
      await faults.arm(0);
      if (nth % 4 === 0) await run();
      else await repair();
      expect(await catalog(on.sql), `after a failure at ${nth}`).toEqual(before);
      expect(await owed()).toEqual([]);
    }
    expect(nth).toBeGreaterThan(40);
  }, 240_000);

  it('P5: a unique violation is a finding with the rows, and repair brings the key back', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint CONSTRAINT t_key PRIMARY KEY, name text);
      CREATE UNIQUE INDEX t_name ON t (lower(name)) WHERE id < 100;
      CREATE INDEX t_other ON t (name);`);
    const before = await catalog(on.sql);
    const table = planFor(on.database, { rebuildIndexes: true });
    await on.target.prepare(table, context);
    const content = csv([
      ['1', 'a'],
      ['2', 'A'],
      ['2', 'b'],
      ['200', 'B'],
    ]);
    await load(table, 'c1', content);
    const { findings } = await on.target.publish(table, context);
    const told = [...(findings ?? [])].sort((a, b) => (a.message < b.message ? -1 : 1));
    const messages = told.map(({ message }) => message);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toContain(`index t_name of public.t is not back`);
    // P7: a key is data, and is shown to whoever asks the database for it.
    expect(messages[0]).toContain('Key (lower(name))=(…) (SQLSTATE 23505)');
    expect(told[0]?.fix).toContain('SELECT (lower(name)), count(*) FROM ONLY "public"."t"');
    expect(messages[1]).toContain('primary key t_key of public.t is not back');
    const query = /SELECT .* > 1/u.exec(told[1]?.fix ?? '')?.[0] ?? '';
    expect((await on.sql.query(query)).rows).toEqual([{ id: '2', count: '2' }]);
    expect((await owed()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      't_key failed',
      't_name failed',
    ]);
    const [still] = (await repair()).tables;
    expect(still?.findings).toHaveLength(2);
    await on.sql.query(`DELETE FROM t WHERE name = 'A' OR name = 'b' AND id = 2`);
    expect((await repair()).tables).toEqual([
      { target: table.target, busy: false, owed: ['t_key', 't_name'], findings: [] },
    ]);
    expect(await catalog(on.sql)).toEqual(before);
    expect((await repair()).tables).toEqual([]);
  });

  it('P5: the next run takes over what a dead one owes, and drops it no second time', async () => {
    await createRichTable(on.sql);
    const before = await catalog(on.sql);
    await on.target.prepare(richPlan({ run: 'dead', mode: 'truncate' }), context);
    await on.sql.query('CREATE INDEX t_late ON t (id)');
    const table = richPlan({
      run: 'next',
      mode: 'truncate',
    }) as TruncatePlan;
    await on.target.prepare(table, context);
    const now = await owed();
    expect(now.map(({ name }) => name)).toEqual([...dropped, 't_late'].sort());
    expect(new Set(now.map(({ run_id }) => run_id))).toEqual(new Set(['next']));
    await load(table, 'c1', rows(1, 10));
    await on.target.publish(table, context);
    await on.sql.query('DROP INDEX t_late');
    expect(await catalog(on.sql)).toEqual(before);
  });

  it('P5: a run without disable_index gives back what another one took', async () => {
    await createRichTable(on.sql);
    const before = await catalog(on.sql);
    await on.target.prepare(richPlan({ run: 'dead', mode: 'truncate' }), context);
    const { rebuildIndexes: _, ...plain } = richPlan({
      run: 'next',
      mode: 'truncate',
    }) as TruncatePlan;
    await on.target.prepare(plain, context);
    await on.target.publish(plain, context);
    expect(await catalog(on.sql)).toEqual(before);
  });

  it('P5: an index comes back to its tablespace, whatever the default of the session', async (skip) => {
    if ((await serverVersion(on.sql)) < 150_000) skip.skip('no tablespaces in place');
    const space = `space_${on.database.database}`;
    await on.sql.query('SET allow_in_place_tablespaces = on');
    await on.sql.query(`CREATE TABLESPACE ${space} LOCATION ''`);
    try {
      await on.sql.query(`CREATE TABLE t (id bigint, name text);
        CREATE INDEX t_there ON t (id) TABLESPACE ${space}; CREATE INDEX t_here ON t (name);
        ALTER DATABASE ${on.database.database} SET default_tablespace = '${space}'`);
      const before = await catalog(on.sql);
      const table = planFor(on.database, { rebuildIndexes: true });
      await on.target.prepare(table, context);
      await on.target.publish(table, context);
      expect(await catalog(on.sql)).toEqual(before);
    } finally {
      await on.sql.query(`DROP TABLE t`);
      await on.sql.query(`DROP SCHEMA snowmelt CASCADE`);
      await on.sql.query(`DROP TABLESPACE ${space}`);
    }
  });

  it('P5: two processes that publish at once, or repair, restore each piece once', async () => {
    await createRichTable(on.sql);
    const before = await catalog(on.sql);
    const table = richPlan();
    await on.target.prepare(table, context);
    await load(table, 'c1', rows(1, 500));
    const other = createPostgresTarget({ connection: connectionOf(on.database) });
    await Promise.all([
      on.target.publish(table, context),
      other.publish(table, context),
      other.repairs.repair({ database: on.database.database, dropGathered: false }, context),
    ]);
    await other[Symbol.asyncDispose]();
    expect(await catalog(on.sql)).toEqual(before);
    expect(await owed()).toEqual([]);
  });

  it('builds on as many connections as it may have, and tells the progress', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint, name text);
      CREATE FUNCTION slow(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql
        SET search_path = pg_catalog AS
        'BEGIN PERFORM pg_sleep(0.006); RETURN $1; END';
      ${[1, 2, 3, 4, 5, 6].map((n) => `CREATE INDEX t_${n} ON t (slow(id + ${n}));`).join('')}`);
    const table = planFor(on.database, { rebuildIndexes: true });
    await on.target.prepare(table, context);
    await load(table, 'c1', csv(Array.from({ length: 100 }, (_, n) => [`${n}`, 'x'])));
    const quick = {
      ...context.clock,
      sleep: (ms: number, s?: AbortSignal) => context.clock.sleep(ms / 50, s),
    };
    const publishing = on.target.publish(table, { ...context, clock: quick });
    const most = async () => {
      const { rows } = await on.sql.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM pg_stat_progress_create_index WHERE datname = current_database()',
      );
      return rows[0]?.n;
    };
    await expect.poll(most, { timeout: 10_000, interval: 20 }).toBe(4);
    await publishing;
    const names = context.logged.flatMap(({ event, fields }) =>
      event === 'index_progress' ? [String(fields['index'])] : [],
    );
    expect(names).toContain('t_1');
    const built = context.logged.filter(({ event }) => event === 'index_built');
    expect(built).toHaveLength(6);
  });
});
