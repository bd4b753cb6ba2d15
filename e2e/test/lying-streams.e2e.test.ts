import { beforeEach, describe, expect, it } from 'vitest';

import { configFile, snowmelt } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

const rows = 12_360;

describe('P1: streams that lie, through the whole command', () => {
  const on = useDemo({ tables: ['SPECIES'] });
  beforeEach(() => on.demo.emulator.faults.clear());

  const faults = (['stage-file', 'chunk'] as const).flatMap((endpoint) => {
    const match = { endpoint };
    return [
      { kind: 'truncate', match },
      { kind: 'corrupt', match },
      { kind: 'drop', afterBytes: 500, match },
    ] as const;
  });
  type Struck = (typeof faults)[number]['match'];

  async function run({ endpoint }: Struck) {
    const [given] = on.demo.config['sources'] as { tables: object[] }[];
    const extract = endpoint === 'chunk' ? 'query' : 'unload';
    const tables = given!.tables.map((table) => ({ ...table, extract }));
    const sources = [{ ...given, tables }];
    const config = { ...on.demo.config, max_retry_attempts: 2, sources };
    await using file = await configFile(config);
    return await snowmelt(['run', '--config', file.path]);
  }

  async function count(): Promise<number> {
    const { rows: read } = await on.sql.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM vega.species',
    );
    return read[0]?.n ?? -1;
  }

  it.each(faults)(
    '$kind of a $match.endpoint once: the chunk is tried again and is right',
    async (fault) => {
      on.demo.emulator.faults.add({ ...fault, times: 1 });
      const { code, stderr } = await run(fault.match);
      expect(code, stderr).toBe(0);
      expect(await count()).toBe(rows);
    },
  );

  it.each(faults.filter(({ kind }) => kind !== 'drop'))(
    '$kind of every $match.endpoint: nothing commits, and the code says why',
    async (fault) => {
      await on.sql.query('TRUNCATE vega.species');
      on.demo.emulator.faults.add({ ...fault, times: 1000 });
      const { code, stdout, stderr } = await run(fault.match);
      expect(code, stderr).toBe(2);
      expect(`${stdout}${stderr}`).toContain('SOURCE.STREAM_BROKEN');
      expect(await count()).toBe(0);
      // P7: one broken part of a result once ended the process and printed its rows.
      expect(stderr.length).toBeLessThan(20_000);
      expect(on.demo.emulator.faults.list()[0]?.strikes).toBeGreaterThan(0);
    },
  );
});
