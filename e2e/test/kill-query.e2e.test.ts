import type { Demo } from '@snowmelt/demo';
import type pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';

import { configFile, snowmelt, startSnowmelt } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

let rows: number;
const on = useDemo({ tables: ['FLIGHTS'] }, async () => {
  rows = await countAtSource();
});

beforeEach(async () => {
  on.demo.emulator.faults.clear();
  await on.sql.query('DROP SCHEMA IF EXISTS vega, snowmelt, migration_status CASCADE');
});

/** A fifth of the demo's table, by query and one chunk at a time. */
function byQuery(truncate: boolean): Demo['config'] {
  const config = JSON.parse(JSON.stringify(on.demo.config)) as {
    extract?: string;
    parallel_threads?: number;
    sources: { tables: Record<string, unknown>[] }[];
  };
  config.extract = 'query';
  config.parallel_threads = 1;
  for (const table of config.sources.flatMap(({ tables }) => tables)) {
    table['truncate_onstart'] = truncate;
    table['source_filter'] = '"DISTANCE" < 250';
    table['batch_size'] = 1000;
  }
  return config;
}

const readings = (): number =>
  on.demo.emulator.stats.statements.filter(({ sql }) => sql.includes('"LINE"')).length;

async function killedInTheMiddle(path: string): Promise<readonly string[]> {
  on.demo.emulator.stats.reset();
  const killed = startSnowmelt(['run', '--config', path]);
  await loadedChunks(on.sql, 2);
  killed.child.kill('SIGKILL');
  expect((await killed.ended).code).toBeNull();
  return ledger(on.sql);
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
    const before = on.demo.emulator.stats.requests.chunk;
    const report = await goOn(config.path);
    expect(report).toMatchObject({ resumed: true, tables: [{ verified: true, rows }] });
    expect(readings()).toBe(1);
    expect(await ledger(on.sql)).toEqual(expect.arrayContaining([...finished]));
    const all = on.demo.emulator.stats.requests.chunk;
    expect(all - before, 'parts read by the second command').toBeLessThan(all);
    expect(await count()).toBe(rows);
  }, 300_000);

  it.each([true, false])(
    'P1: its result is kept no more: it begins anew and says so (truncate_onstart: %s)',
    async (truncate) => {
      await using config = await configFile(byQuery(truncate));
      await killedInTheMiddle(config.path);
      on.demo.emulator.faults.add({
        kind: 'expired-result',
        match: { endpoint: 'result', sqlIncludes: '"LINE"' },
      });
      const report = await goOn(config.path);
      expect(report).toMatchObject({ resumed: true, tables: [{ verified: true }] });
      expect(report.tables[0]?.notices).toContainEqual(
        expect.stringMatching(/^begun anew: Result for query .* has expired/u),
      );
      expect(readings()).toBe(2);
      expect(await count()).toBe(rows);
    },
    300_000,
  );
});

/** By the emulator itself: no statement of the run. */
async function countAtSource(): Promise<number> {
  const session = await on.demo.emulator.engine.openSession({ user: 'SNOWMELT' });
  const sql = 'SELECT COUNT(*) FROM VEGA.PUBLIC.FLIGHTS WHERE "DISTANCE" < 250';
  const { batches } = await session.execute(
    { queryId: 'counted', sql },
    AbortSignal.timeout(60_000),
  );
  const [[row] = []] = await Array.fromAsync(batches);
  await session.close();
  return Number(row?.[0]);
}

async function count(): Promise<number> {
  const { rows } = await on.sql.query('SELECT count(*)::int AS count FROM vega.flights');
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
