import { startDemo, type Demo } from '@snowmelt/demo';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { configFile, snowmelt, startSnowmelt } from './support/snowmelt.ts';

let demo: Demo;
let client: pg.Client;

beforeAll(async () => {
  demo = await startDemo({ tables: ['FLIGHTS'] });
  client = new pg.Client({ connectionString: demo.databaseUrl });
  await client.connect();
}, 180_000);

afterAll(async () => {
  await client?.end();
  await demo?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  demo.emulator.faults.clear();
  await client.query('DROP SCHEMA IF EXISTS vega, snowmelt, migration_status CASCADE');
});

/** The demo's table by query, and added to the target, so that nothing empties it. */
function byQuery(truncate: boolean): Demo['config'] {
  const config = JSON.parse(JSON.stringify(demo.config)) as {
    extract?: string;
    sources: { tables: Record<string, unknown>[] }[];
  };
  config.extract = 'query';
  for (const table of config.sources.flatMap(({ tables }) => tables)) {
    table['truncate_onstart'] = truncate;
    table['batch_size'] = 100_000;
  }
  return config;
}

const readings = (): number =>
  demo.emulator.stats.statements.filter(({ sql }) => sql.includes('"LINE"')).length;

async function killedInTheMiddle(path: string): Promise<readonly string[]> {
  demo.emulator.stats.reset();
  const killed = startSnowmelt(['run', '--config', path]);
  await loadedChunks(client, 3);
  killed.child.kill('SIGKILL');
  expect((await killed.ended).code).toBeNull();
  return ledger(client);
}

interface Report {
  readonly resumed: boolean;
  readonly tables: { verified: boolean; rows: number; notices: string[] }[];
}

async function goOn(path: string): Promise<Report> {
  const again = await snowmelt(['run', '--config', path, '--json']);
  expect(again.code, again.stderr).toBe(0);
  return JSON.parse(again.stdout) as Report;
}

describe('P4: kill -9 in the middle of a table that is read by query', () => {
  it('goes on inside its result: the statement is not run again, no finished chunk is read', async () => {
    await using config = await configFile(byQuery(true));
    const finished = await killedInTheMiddle(config.path);
    const before = demo.emulator.stats.requests.chunk;
    const report = await goOn(config.path);
    expect(report).toMatchObject({ resumed: true, tables: [{ verified: true, rows: 3_000_000 }] });
    expect(readings()).toBe(1);
    expect(await ledger(client)).toEqual(expect.arrayContaining([...finished]));
    const all = demo.emulator.stats.requests.chunk;
    expect(all - before, 'parts read by the second command').toBeLessThan(all);
    expect(await count()).toBe(3_000_000);
  }, 300_000);

  it.each([true, false])(
    'P1: its result is kept no more: it begins anew and says so (truncate_onstart: %s)',
    async (truncate) => {
      await using config = await configFile(byQuery(truncate));
      await killedInTheMiddle(config.path);
      demo.emulator.faults.add({
        kind: 'expired-result',
        match: { endpoint: 'result', sqlIncludes: '"LINE"' },
      });
      const report = await goOn(config.path);
      expect(report).toMatchObject({ resumed: true, tables: [{ verified: true }] });
      expect(report.tables[0]?.notices).toContainEqual(
        expect.stringMatching(/^begun anew: Result for query .* has expired/u),
      );
      expect(readings()).toBe(2);
      expect(await count()).toBe(3_000_000);
    },
    300_000,
  );
});

async function count(): Promise<number> {
  const { rows } = await client.query('SELECT count(*)::int AS count FROM vega.flights');
  return rows[0].count;
}

async function loadedChunks(client: pg.Client, atLeast: number): Promise<void> {
  const deadline = Date.now() + 120_000;
  while ((await ledger(client)).length < atLeast) {
    if (Date.now() > deadline) throw new Error('no chunk was loaded in two minutes');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function ledger(client: pg.Client): Promise<readonly string[]> {
  const { rows: exists } = await client.query(
    `SELECT to_regclass('snowmelt.chunk_ledger') IS NOT NULL AS exists`,
  );
  if (!exists[0].exists) return [];
  const { rows } = await client.query<{ id: string }>(
    `SELECT chunk_id || ' ' || loaded_at AS id FROM snowmelt.chunk_ledger ORDER BY 1`,
  );
  return rows.map(({ id }) => id);
}
