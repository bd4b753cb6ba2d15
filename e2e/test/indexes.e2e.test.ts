import { afterAll, describe, expect, it } from 'vitest';

import { keptSnowmelt } from './support/kept-command.ts';
import { configFile } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

type Config = Record<string, unknown>;

describe('P5: disable_index gives every index back, or says which not', () => {
  let config: Awaited<ReturnType<typeof configFile>>;
  const on = useDemo({ tables: ['AIRPORTS'] }, async ({ demo }) => {
    const [source] = demo.config['sources'] as [Config];
    const [table] = source['tables'] as [Config];
    const tables = [{ ...table, disable_index: true }];
    config = await configFile({ ...demo.config, sources: [{ ...source, tables }] });
  });
  afterAll(() => config?.[Symbol.asyncDispose]());

  const run = () => keptSnowmelt(['run', '--no-resume', '--config', config.path, '--json']);
  const repair = () => keptSnowmelt(['repair', '--config', config.path, '--json']);
  const definitions = async () => {
    const { rows } = await on.sql.query<{ indexdef: string }>(
      `SELECT indexdef FROM pg_indexes WHERE schemaname = 'vega' ORDER BY indexname`,
    );
    return rows.map(({ indexdef }) => indexdef);
  };

  it('a unique index that the rows do not allow: exit 4; mended and repaired: exit 0', async () => {
    expect((await run()).code).toBe(0);
    await on.sql.query(`
      CREATE INDEX by_state ON vega.airports (state, lower(city));
      DELETE FROM vega.airports a USING vega.airports b WHERE a.state = b.state AND a.iata > b.iata;
      CREATE UNIQUE INDEX one_a_state ON vega.airports (state);`);
    const before = await definitions();
    expect(before).toHaveLength(2);

    const refused = await run();
    expect(refused.code).toBe(4);
    const report = JSON.parse(refused.stdout);
    expect(report).toMatchObject({ status: 'completed' });
    const [fault, ...others] = report.tables[0].findings;
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      code: 'TARGET.INDEX_NOT_REBUILT',
      message: expect.stringMatching(/one_a_state.*unique/u),
    });
    const shown = /SELECT .*?(?=;)/u.exec(fault.fix)![0];
    expect((await on.sql.query(shown)).rows.length).toBeGreaterThan(0);
    expect(await definitions()).toHaveLength(1);
    expect((await repair()).code).toBe(4);

    await on.sql.query(
      'DELETE FROM vega.airports a USING vega.airports b WHERE a.state = b.state AND a.iata > b.iata',
    );
    const repaired = await repair();
    expect(repaired.code).toBe(0);
    expect(JSON.parse(repaired.stdout).databases[0].tables).toMatchObject([
      { busy: false, owed: ['one_a_state'], findings: [] },
    ]);
    expect(await definitions()).toEqual(before);
    const again = await keptSnowmelt(['repair', '--config', config.path]);
    expect(again).toMatchObject({ code: 0, stdout: 'Nothing is missing.\n' });
  });
});
