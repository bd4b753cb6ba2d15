import { text } from 'node:stream/consumers';

import type { ChunkPlan, WholeSource, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const rows = 60_000;
let snowflake: TestSnowflake;
let source: WholeSource;
let table: TablePlan;
let chunks: readonly ChunkPlan[];

beforeAll(async () => {
  snowflake = await startSnowflake();
  const database = await snowflake.createDatabase();
  await snowflake.run(
    `CREATE TABLE ${database}.SALES.ORDERS AS
     SELECT SEQ8() AS ID, UUID_STRING() AS NAME FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
  source = snowflake.source({ fileBytes: 100_000 });
  table = tablePlan({
    source: { database, schema: 'SALES', name: 'ORDERS' },
    columns: [
      pair('ID', { kind: 'decimal', precision: 38, scale: 0 }),
      pair('NAME', { kind: 'text' }),
    ],
    snapshot: { pinned: false, reason: 'made a moment ago' },
    extract: 'unload',
  });
  const [segment] = await Array.fromAsync(source.plan(table, testContext()));
  chunks = await Array.fromAsync(source.extracts.extract(table, segment!, testContext()));
});

afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await snowflake[Symbol.asyncDispose]();
});

beforeEach(() => {
  snowflake.emulator.stats.reset();
  snowflake.emulator.faults.clear();
});

const asked = (words: string): number =>
  snowflake.emulator.stats.statements.filter(({ sql }) => sql.includes(words)).length;

async function readAll(from: WholeSource, context = testContext()): Promise<number> {
  const lines = await Promise.all(
    chunks.map(async (chunk) => {
      const { bytes } = await from.open(table, chunk, context);
      return (await text(bytes)).split('\n').length - 1;
    }),
  );
  return lines.reduce((sum, count) => sum + count, 0);
}

describe('URLs of staged files', () => {
  it('of all files are made by one statement, once', async () => {
    expect(chunks.length).toBeGreaterThan(5);
    expect(await readAll(source)).toBe(rows);
    expect(await readAll(source)).toBe(rows);
    expect([asked('GET_PRESIGNED_URL'), asked('LIST')]).toEqual([1, 0]);
  });

  it('are found by another process, which lists the files first', async () => {
    await using other = snowflake.source();
    expect(await readAll(other)).toBe(rows);
    expect([asked('GET_PRESIGNED_URL'), asked('LIST')]).toEqual([1, 1]);
  });

  it('are made anew before their hour is over', async () => {
    await using other = snowflake.source();
    let now = Date.now();
    const context = testContext();
    const clock = { ...context.clock, now: () => new Date(now) };
    const at = { ...context, clock };
    await readAll(other, at);
    now += 56 * 60_000;
    expect(await readAll(other, at)).toBe(rows);
    expect(asked('GET_PRESIGNED_URL')).toBe(2);
  });

  it('that storage refuses are made anew, with those that follow', async () => {
    const expire = { kind: 'expired-url', match: { endpoint: 'stage-file' } } as const;
    snowflake.emulator.faults.add({ ...expire, times: 3 });
    expect(await readAll(source)).toBe(rows);
    expect(asked('GET_PRESIGNED_URL')).toBeGreaterThan(0);
  });
});
