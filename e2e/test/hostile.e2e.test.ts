import type { WholeSource, WholeTarget } from '@snowmelt/core';
import { allTypesTable, startDemo, type Demo } from '@snowmelt/demo';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import * as fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { differences } from './hostile/compare-table.ts';
import { foundBefore } from './hostile/found-before.ts';
import { createHostileTable, hostileTable, type HostileTable } from './hostile/hostile-table.ts';
import { moveTable } from './hostile/move-table.ts';
import { demoSource, inSnowflake } from './support/demo.ts';

const [tables, width, height] = [16, 24, 500];
const newSeed = Number(process.env['SNOWMELT_HOSTILE_SEED'] ?? Date.now() % 2 ** 31);

describe('P1: hostile values of random types come through unchanged, both ways', () => {
  let demo: Demo;
  let source: WholeSource;
  let target: WholeTarget;
  let client: pg.Client;
  let values = 0;

  beforeAll(async () => {
    demo = await startDemo({ tables: [allTypesTable] });
    source = demoSource(demo);
    target = createPostgresTarget({ connection: { url: demo.databaseUrl }, maxConnections: 2 });
    client = new pg.Client({ connectionString: demo.databaseUrl });
    await client.connect();
    await client.query(`SET TimeZone = 'UTC'`);
  }, 120_000);

  afterAll(async () => {
    await client?.end();
    await source?.[Symbol.asyncDispose]();
    await target?.[Symbol.asyncDispose]();
    await demo?.[Symbol.asyncDispose]();
  });

  async function expectThrough(name: string, table: HostileTable): Promise<void> {
    await inSnowflake(demo, ...createHostileTable(name, table));
    const { databaseUrl } = demo;
    for (const extract of ['query', 'unload'] as const) {
      const moved = await moveTable({ source, target, databaseUrl }, name, extract);
      expect(await differences(client, moved, table), `${name} by ${extract}`).toEqual([]);
      await client.query(`DROP TABLE ${moved}`);
    }
    values += table.rows.length * table.columns.length;
  }

  it.each([...foundBefore, ...Array.from({ length: tables }, (_, index) => newSeed + index)])(
    'seed %i',
    async (seed) => {
      const [table] = fc.sample(hostileTable(width, height), { seed, numRuns: 1 });
      await expectThrough(`SEED_${seed}`, table!);
    },
  );

  it('a run is of 100,000 values at least', () => {
    expect(values).toBeGreaterThanOrEqual(100_000);
  });

  it('texts of 1 MB, a VARIANT of 16 MB, and tables of one column', async () => {
    const line = '"x",\n\\.\r\n\\N\t👩‍👩‍👧 عربي ';
    const long = line.repeat(Math.ceil(1_000_000 / line.length));
    // Rendered, a quote is doubled: the longest line of 16 MB is not the longest value.
    const large = JSON.stringify(['ü'.repeat(7_900_000)]);
    const one = (given: string) => ({ given, expected: given });
    const text = { type: 'VARCHAR', value: fc.constant(one('')) };
    const json = {
      ...text,
      type: 'VARIANT',
      compare: 'json' as const,
      cast: (sql: string) => `PARSE_JSON(${sql})`,
    };
    await expectThrough('LONG_TEXT', { columns: [text], rows: [[one(long)], [null], [one('')]] });
    await expectThrough('LARGE_VARIANT', { columns: [json], rows: [[one(large)], [null]] });
  });
});
