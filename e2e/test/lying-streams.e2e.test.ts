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

  /** Results of queries: `packages/source-snowflake/test/faults.e2e.test.ts`, with a shorter watchdog. */
  const match = { endpoint: 'stage-file' } as const;
  const faults = [
    { kind: 'truncate', match },
    { kind: 'corrupt', match },
    { kind: 'drop', afterBytes: 500, match },
  ] as const;

  async function run() {
    const [given] = demo.config['sources'] as { tables: object[] }[];
    const tables = given!.tables.map((table) => ({ ...table, extract: 'unload' }));
    const sources = [{ ...given, tables }];
    const config = { ...demo.config, max_retry_attempts: 2, sources };
    await using file = await configFile(config);
    return await snowmelt(['run', '--config', file.path]);
  }

  async function count(): Promise<number> {
    const { rows: read } = await client.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM vega.species',
    );
    return read[0]?.n ?? -1;
  }

  it.each(faults)('$kind once: the chunk is tried again and is right', async (fault) => {
    demo.emulator.faults.add({ ...fault, times: 1 });
    const { code, stderr } = await run();
    expect(code, stderr).toBe(0);
    expect(await count()).toBe(rows);
  });

  it.each(faults.slice(0, 2))(
    '$kind for good: nothing commits, and the code says why',
    async (fault) => {
      demo.emulator.faults.add({ ...fault, times: 1000 });
      const { code, stdout, stderr } = await run();
      expect(code, stderr).toBe(2);
      expect(`${stdout}${stderr}`).toContain('SOURCE.STREAM_BROKEN');
      expect(await count()).toBe(0);
    },
  );
});
