import { afterAll, describe, expect, it } from 'vitest';

import { keptSnowmelt } from './support/kept-command.ts';
import { configFile } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

type Config = Record<string, unknown>;

describe('P5: refresh: swap replaces the rows and leaves the table itself alone', () => {
  let config: Awaited<ReturnType<typeof configFile>>;
  const on = useDemo({ tables: ['AIRPORTS'] }, async ({ demo }) => {
    const [source] = demo.config['sources'] as [Config];
    const [table] = source['tables'] as [Config];
    const tables = [{ ...table, truncate_onstart: true, refresh: 'swap', verify: 'digest' }];
    config = await configFile({ ...demo.config, sources: [{ ...source, tables }] });
  });
  afterAll(() => config?.[Symbol.asyncDispose]());

  const run = () => keptSnowmelt(['run', '--no-resume', '--config', config.path, '--json']);
  const rows = async () =>
    (await on.sql.query('SELECT * FROM vega.airports ORDER BY iata')).rows as unknown[];

  it('rows that were changed, deleted and added in the target are those of the source again', async () => {
    expect((await run()).code).toBe(0);
    const before = await rows();
    expect(before.length).toBeGreaterThan(100);
    await on.sql.query(`
      CREATE VIEW vega.states AS SELECT state, count(*) AS n FROM vega.airports GROUP BY state;
      CREATE MATERIALIZED VIEW vega.kept AS SELECT * FROM vega.airports;
      DELETE FROM vega.airports WHERE state = 'TX';
      UPDATE vega.airports SET city = 'Nowhere' WHERE state = 'CA';
      INSERT INTO vega.airports SELECT * FROM vega.airports WHERE state = 'NY';`);
    const oid = `SELECT 'vega.airports'::regclass::oid AS oid`;
    const table = (await on.sql.query(oid)).rows;
    expect(await rows()).not.toEqual(before);

    const refreshed = await run();
    expect(refreshed.code).toBe(0);
    expect(JSON.parse(refreshed.stdout).tables).toMatchObject([
      { status: 'completed', verified: true },
    ]);
    expect(await rows()).toEqual(before);
    expect((await on.sql.query(oid)).rows).toEqual(table);
    const { rows: sums } = await on.sql.query('SELECT sum(n)::int AS n FROM vega.states');
    expect(sums).toEqual([{ n: before.length }]);
  });

  it('rows that the table can not take: the run fails, the old rows stay', async () => {
    const before = await rows();
    await on.sql.query(`
      DELETE FROM vega.airports WHERE state <> 'TX';
      ALTER TABLE vega.airports ADD CHECK (state = 'TX');`);
    const texas = await rows();
    const refused = await run();
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('TARGET.ROW_REJECTED');
    expect(await rows()).toEqual(texas);
    await on.sql.query('ALTER TABLE vega.airports DROP CONSTRAINT airports_state_check');
    expect((await run()).code).toBe(0);
    expect(await rows()).toEqual(before);
  });
});
