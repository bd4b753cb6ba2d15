import { text } from 'node:stream/consumers';

import type { ChunkPlan, ExtractMode, WholeSource, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const rows = 20_000;
let snowflake: TestSnowflake;
let source: WholeSource;
let table: TablePlan;
let whole: string;

beforeAll(async () => {
  // Small chunks and few rows in the reply: what is fetched takes many requests.
  snowflake = await startSnowflake({ results: { inlineRows: 0, chunkRows: 4000 } });
  const database = await snowflake.createDatabase();
  await snowflake.run(
    `CREATE TABLE ${database}.SALES.ORDERS AS
     SELECT SEQ8() AS ID, 'order ' || SEQ8() AS NAME FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
  source = snowflake.source({ idleTimeout: 12_000 });
  const { at } = await source.pins.pin(testContext());
  table = tablePlan({
    source: { database, schema: 'SALES', name: 'ORDERS' },
    columns: [
      pair('ID', { kind: 'decimal', precision: 38, scale: 0 }),
      pair('NAME', { kind: 'text' }),
    ],
    snapshot: { pinned: true, at },
    estimatedRows: rows,
    read: { extract: 'auto', chunkColumns: [], sortColumns: ['ID'], batchRows: 1e6 },
  });
  whole = await read(await chunksOf('query'));
});

afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await snowflake[Symbol.asyncDispose]();
});

beforeEach(() => snowflake.emulator.stats.reset());

async function chunksOf(extract: ExtractMode): Promise<readonly ChunkPlan[]> {
  const context = testContext();
  const plan = { ...table, extract };
  const chunks: ChunkPlan[] = [];
  for await (const chunk of source.plan(plan, context)) {
    if (chunk.kind === 'load') chunks.push(chunk);
    else chunks.push(...(await Array.fromAsync(source.extracts.extract(plan, chunk, context))));
  }
  return chunks;
}

/** All lines of the chunks, in an order that does not depend on how files were cut. */
async function read(chunks: readonly ChunkPlan[]): Promise<string> {
  const lines: string[] = [];
  for (const chunk of chunks) {
    const { bytes } = await source.open(table, chunk, testContext());
    lines.push(...(await text(bytes)).split('\n'));
  }
  return lines
    .filter((line) => line !== '')
    .sort()
    .join('\n');
}

describe('by query', () => {
  it.each([
    ['a download that breaks off', { kind: 'drop', afterBytes: 500 }],
    ['a storage that is busy', { kind: 'http-status', status: 503 }],
  ] as const)('P1: %s is fetched again', async (_, fault) => {
    snowflake.emulator.faults.add({ ...fault, match: { endpoint: 'chunk' }, after: 1 });
    expect((await read(await chunksOf('query'))) === whole).toBe(true);
  });

  it.each([
    ['is cut', { kind: 'truncate' }],
    ['is corrupted', { kind: 'corrupt' }],
  ] as const)('P1: a chunk that %s breaks the stream, and opens again whole', async (_, fault) => {
    const chunks = await chunksOf('query');
    snowflake.emulator.faults.add({ ...fault, match: { endpoint: 'chunk' }, after: 2, times: 20 });
    await expect(read(chunks)).rejects.toMatchObject({
      code: 'SOURCE.STREAM_BROKEN',
      retry: 'chunk',
    });
    snowflake.emulator.faults.clear();
    expect((await read(chunks)) === whole).toBe(true);
  });

  it.each([
    ['cut after 100 bytes', { kind: 'truncate', bytes: 100 }],
    ['cut after 1000 bytes', { kind: 'truncate', bytes: 1000 }],
    ['cut to nothing', { kind: 'truncate', bytes: 0 }],
    ['garbled at its beginning', { kind: 'corrupt', at: 0 }],
    ['garbled near its beginning', { kind: 'corrupt', at: 40 }],
    ['broken off after what went on already', { kind: 'drop', afterBytes: 20_000 }],
    ['answered by an expired URL', { kind: 'expired-url' }],
    ['answered with 429', { kind: 'http-status', status: 429 }],
  ] as const)('P1: a part once %s gives every row once', async (_, fault) => {
    snowflake.emulator.faults.add({ ...fault, match: { endpoint: 'chunk' }, after: 1 });
    expect((await read(await chunksOf('query'))) === whole).toBe(true);
  });

  it('P1: metadata in parts that are cut is read again, and is STREAM_BROKEN at last', async () => {
    const fault = { kind: 'truncate', match: { endpoint: 'chunk' } } as const;
    const names = `SELECT 'name ' || SEQ4() AS N FROM TABLE(GENERATOR(ROWCOUNT => 9000))`;
    snowflake.emulator.faults.add(fault);
    expect(await snowflake.run(names)).toHaveLength(9000);
    snowflake.emulator.faults.add({ ...fault, times: 20 });
    const failure = snowflake.run(names);
    await expect(failure).rejects.toMatchObject({ code: 'SOURCE.STREAM_BROKEN' });
    await expect(failure).rejects.not.toThrow('name ');
    snowflake.emulator.faults.clear();
  });

  it('P1: a statement whose reply is lost is not run twice', async () => {
    snowflake.emulator.faults.add({ kind: 'lost-reply', match: { sqlIncludes: '"LINE"' } });
    expect((await read(await chunksOf('query'))) === whole).toBe(true);
    const lines = snowflake.emulator.stats.statements.filter(({ sql }) => sql.includes('"LINE"'));
    expect(lines).toHaveLength(1);
  });

  it('cancels the statement when the run is stopped', async () => {
    const chunks = await chunksOf('query');
    snowflake.emulator.faults.add({
      kind: 'slow-statement',
      ms: 60_000,
      match: { sqlIncludes: '"LINE"' },
    });
    const stop = new AbortController();
    const opening = source.open(table, chunks[0]!, testContext({ signal: stop.signal }));
    setTimeout(() => stop.abort(new Error('stopped')), 200);
    await expect(opening).rejects.toThrow('stopped');
    const lines = () =>
      snowflake.emulator.stats.statements.filter(({ sql }) => sql.includes('"LINE"'));
    await expect.poll(() => lines().map(({ status }) => status)).toEqual(['aborted']);
  });

  it.each([
    ['000707', '02000', 'SOURCE.SNAPSHOT_GONE'],
    ['000606', '57P03', 'SOURCE.NO_WAREHOUSE'],
    ['000630', '57014', 'SOURCE.STATEMENT_TIMEOUT'],
  ])('P8: %s is %s: %s', async (code, sqlState, expected) => {
    const message = 'as Snowflake puts it';
    const chunks = await chunksOf('query');
    const match = { sqlIncludes: '"LINE"' };
    snowflake.emulator.faults.add({ kind: 'fail-statement', code, sqlState, message, match });
    const failure = read(chunks);
    await expect(failure).rejects.toMatchObject({
      code: expected,
      message: expect.stringMatching(new RegExp(`${message} \\(code ${code}, query .+\\)`, 'u')),
    });
  });
});

describe('by unload', () => {
  it.each([
    ['breaks off', { kind: 'drop', afterBytes: 500 }],
    ['is cut', { kind: 'truncate' }],
    ['is corrupted', { kind: 'corrupt' }],
  ] as const)('P1: a file that %s breaks the stream, and opens again whole', async (_, fault) => {
    const chunks = await chunksOf('unload');
    snowflake.emulator.faults.add({ ...fault, match: { endpoint: 'stage-file' } });
    await expect(read(chunks)).rejects.toMatchObject({
      code: 'SOURCE.STREAM_BROKEN',
      retry: 'chunk',
    });
    expect((await read(chunks)) === whole).toBe(true);
  });

  it('an expired URL is replaced at once', async () => {
    const chunks = await chunksOf('unload');
    snowflake.emulator.faults.add({ kind: 'expired-url', match: { endpoint: 'stage-file' } });
    expect((await read(chunks)) === whole).toBe(true);
  });

  it('P4: an unload whose reply was lost gives each row once', async () => {
    snowflake.emulator.faults.add({ kind: 'lost-reply', match: { sqlIncludes: 'COPY INTO' } });
    const chunks = await chunksOf('unload');
    const announced = chunks.reduce((sum, { expectedRows }) => sum + (expectedRows ?? 0), 0);
    expect(announced).toBe(rows);
    expect((await read(chunks)) === whole).toBe(true);
  });

  it('P8: a file that is gone is FILE_MISSING, for good', async () => {
    const chunks = await chunksOf('unload');
    await source.extracts.release(table.run, [{ ...table, extract: 'unload' }], testContext());
    await expect(read(chunks)).rejects.toMatchObject({
      code: 'SOURCE.FILE_MISSING',
      retry: 'never',
    });
  });

  it('P7: no URL and no token reaches the log', async () => {
    const context = testContext();
    const chunks = await chunksOf('unload');
    const { bytes } = await source.open(table, chunks[0]!, context);
    await text(bytes);
    const logged = JSON.stringify(context.logged);
    expect(logged).not.toMatch(/https?:|token|signature|password/iu);
  });
});
