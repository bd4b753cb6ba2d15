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
  const cases = ways.flatMap(([extract, endpoint]) =>
    faults.map((fault) => [extract, fault.kind, { ...fault, match: { endpoint } }] as const),
  );

  async function run(extract: string) {
    const [given] = demo.config['sources'] as { tables: object[] }[];
    const tables = given!.tables.map((table) => ({ ...table, extract }));
    const config = { ...demo.config, sources: [{ ...given, tables }] };
    await using file = await configFile(config);
    return snowmelt(['run', '--config', file.path]);
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

  it.each(cases.filter(([, kind]) => kind !== 'drop'))(
    '%s, %s for good: nothing commits, and the code says why',
    async (extract, _, fault) => {
      demo.emulator.faults.add({ ...fault, times: 1000 });
      const { code, stdout, stderr } = await run(extract);
      expect(code, stderr).toBe(2);
      expect(`${stdout}${stderr}`).toContain('SOURCE.STREAM_BROKEN');
      expect(await count()).toBe(0);
    },
  );
});
