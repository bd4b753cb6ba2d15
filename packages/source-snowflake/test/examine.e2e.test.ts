import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';

let snowflake: TestSnowflake;
let database: string;

beforeAll(async () => {
  snowflake = await startSnowflake();
  database = await snowflake.createDatabase();
  // No user has a warehouse of its own; and a stand-in for the database that Snowflake shares.
  for (const sql of [
    'CREATE WAREHOUSE PROBES',
    'DROP WAREHOUSE COMPUTE_WH',
    'CREATE DATABASE PROVIDED',
    'CREATE SCHEMA PROVIDED.TPCH_SF1',
    'CREATE TABLE PROVIDED.TPCH_SF1.REGION (R_REGIONKEY NUMBER(38,0))',
    'CREATE SHARE SAMPLES',
    'GRANT USAGE ON DATABASE PROVIDED TO SHARE SAMPLES',
    'GRANT USAGE ON SCHEMA PROVIDED.TPCH_SF1 TO SHARE SAMPLES',
    'GRANT SELECT ON TABLE PROVIDED.TPCH_SF1.REGION TO SHARE SAMPLES',
    'CREATE DATABASE SNOWFLAKE_SAMPLE_DATA FROM SHARE SFC_SAMPLES.SAMPLES',
  ]) {
    await snowflake.run(sql);
  }
});

afterAll(() => snowflake[Symbol.asyncDispose]());

it('all that Snowmelt counts on is as expected here, and nothing is left', async () => {
  await using source = snowflake.source({ warehouse: 'PROBES' });
  const { server, probes } = await source.examines.examine(
    { database, schema: 'SALES' },
    testContext(),
  );
  expect(server).toMatch(/\d/u);
  expect(probes.filter(({ outcome }) => outcome !== 'expected')).toEqual([]);
  expect(probes.length).toBeGreaterThan(15);
  expect(await snowflake.run(`SHOW STAGES IN SCHEMA ${database}.SALES`)).toHaveLength(0);
  expect(await snowflake.run(`SHOW TABLES IN SCHEMA ${database}.SALES`)).toHaveLength(0);
});

it('a role that may make nothing gets an answer all the same', async () => {
  await using source = snowflake.source({ warehouse: 'PROBES' });
  const { probes } = await source.examines.examine(
    { database, schema: 'NOT_THERE' },
    testContext(),
  );
  const unknown = probes.filter(({ outcome }) => outcome === 'unknown');
  expect(unknown.map(({ name }) => name)).toContain('unload-answer');
  for (const { got } of unknown) {
    expect(got).not.toContain('NOT_THERE');
    expect(got).not.toContain(database);
  }
});
