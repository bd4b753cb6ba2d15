import { text } from 'node:stream/consumers';

import type { ChunkPlan, WholeSource, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const rows = 20_000;
let snowflake: TestSnowflake;
let source: WholeSource;
let table: TablePlan;

beforeAll(async () => {
  snowflake = await startSnowflake({ results: { inlineRows: 100, chunkRows: 3000 } });
  const database = await snowflake.createDatabase();
  await snowflake.run(
    `CREATE TABLE ${database}.SALES.ORDERS AS
     SELECT SEQ8() AS ID, 'order ' || SEQ8() AS NAME FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
  source = snowflake.source();
  table = tablePlan({
    source: { database, schema: 'SALES', name: 'ORDERS' },
    columns: [
      pair('ID', { kind: 'decimal', precision: 38, scale: 0 }),
      pair('NAME', { kind: 'text' }),
    ],
    snapshot: { pinned: false, reason: 'as if it were a share' },
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 5000 },
  });
});

afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await snowflake[Symbol.asyncDispose]();
});

beforeEach(() => {
  snowflake.emulator.stats.reset();
  snowflake.emulator.faults.clear();
});

const readings = () =>
  snowflake.emulator.stats.statements.filter(({ sql }) => sql.includes('"LINE"')).length;

async function extracted(): Promise<readonly ChunkPlan[]> {
  const [chunk, ...others] = await Array.fromAsync(source.plan(table, testContext()));
  expect(others).toEqual([]);
  return Array.fromAsync(source.extracts.extract(table, chunk!, testContext()));
}

async function read(from: WholeSource, chunk: ChunkPlan): Promise<string[]> {
  const carried = JSON.parse(JSON.stringify(chunk)) as ChunkPlan;
  const { bytes, expectedRows } = await from.open(table, carried, testContext());
  const lines = (await text(bytes)).split('\n').slice(0, -1);
  expect(lines).toHaveLength(expectedRows ?? 0);
  return lines;
}

describe('a table without a key that prunes', () => {
  it('P1, P4: is read by one statement; each row is in one chunk, from any process', async () => {
    const chunks = await extracted();
    expect(chunks.map(({ expectedRows }) => expectedRows)).toEqual([6100, 6000, 6000, 1900]);
    await using other = snowflake.source();
    const lines = await Promise.all(
      chunks.map((chunk, index) => read(index % 2 === 0 ? source : other, chunk)),
    );
    expect(new Set(lines.flat()).size).toBe(rows);
    expect(readings(), 'statements that read the table').toBe(1);
  });

  it('P1: rows that came meanwhile are in no chunk, pinned or not', async () => {
    const chunks = await extracted();
    const { database } = table.source;
    await snowflake.run(`INSERT INTO ${database}.SALES.ORDERS SELECT -1, 'late'`);
    const lines = (await Promise.all(chunks.map((chunk) => read(source, chunk)))).flat();
    await snowflake.run(`DELETE FROM ${database}.SALES.ORDERS WHERE ID = -1`);
    expect(lines).toHaveLength(rows);
    expect(lines.filter((line) => line.includes('late'))).toEqual([]);
  });

  it('P4: an extraction that is repeated has chunks of its own', async () => {
    const [one, other] = [await extracted(), await extracted()];
    expect(new Set([...one, ...other].map(({ id }) => id)).size).toBe(one.length + other.length);
    expect((await read(source, one[0]!)).length).toBe(one[0]!.expectedRows);
  });

  it('URLs that have run out are renewed, and the statement is not run again', async () => {
    const chunks = await extracted();
    snowflake.emulator.faults.add({
      kind: 'expired-url',
      match: { endpoint: 'chunk' },
      after: 2,
      times: 2,
    });
    const lines = (await Promise.all(chunks.map((chunk) => read(source, chunk)))).flat();
    expect(new Set(lines).size).toBe(rows);
    expect(readings()).toBe(1);
  }, 20_000);

  it('P8: a result that is not kept any more is RESULT_EXPIRED', async () => {
    const chunks = await extracted();
    snowflake.emulator.faults.add({ kind: 'expired-result', match: { endpoint: 'result' } });
    await using other = snowflake.source();
    await expect(read(other, chunks[1]!)).rejects.toMatchObject({
      code: 'SOURCE.RESULT_EXPIRED',
      message: expect.stringContaining('has expired (code 000710') as string,
    });
  });

  it('P1: a result of other rows than before is not read', async () => {
    const [chunk] = await extracted();
    const spec = { ...chunk!.spec, rows: rows + 1 };
    await expect(read(source, { ...chunk!, spec })).rejects.toMatchObject({
      code: 'SOURCE.STREAM_BROKEN',
    });
  });
});

it('P1: a table that is clustered is cut by ranges of that, which are the table', async () => {
  const { database } = table.source;
  const name = 'CLUSTERED';
  await snowflake.run(`CREATE TABLE ${database}.SALES.${name} CLUSTER BY (ID, NAME) AS
    SELECT * FROM ${database}.SALES.ORDERS`);
  const schema = await source.describe({ ...table.source, name }, testContext());
  expect(schema.clusterKey).toEqual(['ID', 'NAME']);
  const clusterColumns = schema.columns;
  const { at } = await source.pins.pin(testContext());
  const plan = {
    ...table,
    source: schema.ref,
    clusterColumns,
    snapshot: { pinned: true, at },
  } as const;
  const chunks = await Array.fromAsync(source.plan(plan, testContext()));
  expect(chunks.map(({ kind }) => kind)).toEqual(chunks.map(() => 'load'));
  expect(chunks.length).toBeGreaterThan(2);
  const lines = await Promise.all(
    chunks.map(async (chunk) => text((await source.open(plan, chunk, testContext())).bytes)),
  );
  expect(new Set(lines.join('').split('\n').slice(0, -1)).size).toBe(rows);
});
