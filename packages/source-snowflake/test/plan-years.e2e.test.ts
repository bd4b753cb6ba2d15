import { text } from 'node:stream/consumers';

import { decodeCsv, type WholeSource } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';
import { tablePlan } from './fixtures/table-plan.ts';

let snowflake: TestSnowflake;
let source: WholeSource;
let database: string;

beforeAll(async () => {
  snowflake = await startSnowflake();
  source = snowflake.source();
  database = await snowflake.createDatabase();
});

afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await snowflake[Symbol.asyncDispose]();
});

/** Rows 0 to 23 are in the years -11 to 12, so that each year of the era comes twice; 24 to 47 are in 9994 to 10017. */
async function createTable(native: string, name: string): Promise<void> {
  const table = `${database}.SALES.${name}`;
  const ids = Array.from({ length: 24 }, (_, id) => `(${id})`).join(', ');
  await snowflake.run(`CREATE TABLE ${table} (ID NUMBER(38,0), K ${native})`);
  await snowflake.run(`INSERT INTO ${table}
    SELECT COLUMN1, DATEADD('year', COLUMN1 - 12, '0001-06-01'::${native}) FROM VALUES ${ids}`);
  await snowflake.run(`INSERT INTO ${table}
    SELECT COLUMN1 + 24, DATEADD('year', COLUMN1, '9994-06-01'::${native}) FROM VALUES ${ids}`);
}

describe('P1: chunks are the table, no row twice, whatever its years are printed as', () => {
  it.each([
    ['DATE', 'date'],
    ['TIMESTAMP_NTZ(9)', 'timestamp_ntz'],
    ['TIMESTAMP_LTZ(9)', 'timestamp_ltz'],
    ['TIMESTAMP_TZ(9)', 'timestamp_tz'],
  ])('cut by a %s', async (native, type) => {
    const ref = { database, schema: 'SALES', name: `BY_${type.toUpperCase()}` };
    await createTable(native, ref.name);
    const { columns } = await source.describe(ref, testContext());
    const { at } = await source.pins.pin(testContext());
    const plan = tablePlan({
      source: ref,
      columns: [{ source: columns[0]!, target: 'id' }],
      chunkColumns: columns,
      snapshot: { pinned: true, at },
      read: {
        extract: 'auto',
        chunkColumns: [{ column: 'K', type }],
        sortColumns: [],
        batchRows: 2,
      },
    });
    const chunks = await Array.fromAsync(source.plan(plan, testContext()));
    expect(chunks.length).toBeGreaterThan(10);
    const lines = await Promise.all(
      chunks.map(async (chunk) => text((await source.open(plan, chunk, testContext())).bytes)),
    );
    const ids = lines.flatMap((line) => decodeCsv(line).map(([id]) => Number(id)));
    const all = Array.from({ length: 48 }, (_, id) => id);
    expect(ids.sort((left, right) => left - right)).toEqual(all);
  });
});

describe('the newest watermark', () => {
  it.each(['DATE', 'TIMESTAMP_NTZ(9)', 'TIMESTAMP_LTZ(9)', 'TIMESTAMP_TZ(9)'])(
    'of a %s in a year that no bound can say is none, not the year of its era',
    async (native) => {
      const name = `NEWEST_${native.replaceAll(/\W/gu, '_')}`;
      const ref = { database, schema: 'SALES', name };
      await createTable(native, name);
      const newest = async (filter: string) => {
        const { columns } = await source.describe(ref, testContext());
        const { at } = await source.pins.pin(testContext());
        const plan = tablePlan({
          source: ref,
          snapshot: { pinned: true, at },
          watermark: { column: { source: columns[1]!, target: 'k' } },
        });
        return source.watermarks.newest({ ...plan, read: { ...plan.read, filter } }, testContext());
      };
      expect(await newest('ID < 24')).toMatch(/^0012-06-01/u);
      expect(await newest('ID < 12')).toBeUndefined();
      expect(await newest('ID >= 24')).toBeUndefined();
    },
  );
});
