import { startDemo, type Demo } from '@snowmelt/demo';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { configFile, snowmelt } from './support/snowmelt.ts';

const rows = 12_360;

describe('P1: streams that lie, through the whole command', () => {
  let demo: Demo;
  let client: pg.Client;

  beforeAll(async () => {
    demo = await startDemo({ tables: ['SPECIES'] });
    client = new pg.Client({ connectionString: demo.databaseUrl });
    await client.connect();
  }, 120_000);
  afterAll(async () => {
    await client?.end();
    await demo?.[Symbol.asyncDispose]();
  });
  beforeEach(() => demo.emulator.faults.clear());

  const ways = [
    ['unload', 'stage-file'],
    ['query', 'chunk'],
  ] as const;
  const faults = [
    { kind: 'truncate' },
    { kind: 'corrupt' },
    { kind: 'drop', afterBytes: 500 },
  ] as const;
  // The driver says nothing of a cut result and stands still: the watchdog of two minutes ends that
  // (packages/source-snowflake/test/faults.e2e.test.ts shows it with a short one).
  const stalls = (extract: string, kind: string) => extract === 'query' && kind === 'truncate';
  const cases = ways.flatMap(([extract, endpoint]) =>
    faults
      .filter(({ kind }) => !stalls(extract, kind))
      .map((fault) => [extract, fault.kind, { ...fault, match: { endpoint } }] as const),
  );

  async function run(extract: string) {
    const [given] = demo.config['sources'] as { tables: object[] }[];
    const tables = given!.tables.map((table) => ({ ...table, extract }));
    const config = { ...demo.config, sources: [{ ...given, tables }] };
    await using file = await configFile(config);
    return await snowmelt(['run', '--config', file.path]);
  }

  async function count(): Promise<number> {
    const { rows: read } = await client.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM vega.species',
    );
    return read[0]?.n ?? -1;
  }

  it.each(cases)(
    '%s, %s once: the chunk is tried again and is right',
    async (extract, _, fault) => {
      demo.emulator.faults.add({ ...fault, times: 1 });
      const { code, stderr } = await run(extract);
      expect(code, stderr).toBe(0);
      expect(await count()).toBe(rows);
    },
  );
});
