import { text } from 'node:stream/consumers';

import {
  SnowmeltError,
  type ChunkPlan,
  type JsonObject,
  type KeptStatements,
  type TablePlan,
  type WholeSource,
} from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const rows = 1000;
let snowflake: TestSnowflake;
let plan: TablePlan;

beforeAll(async () => {
  snowflake = await startSnowflake();
  const database = await snowflake.createDatabase();
  await snowflake.run(
    `CREATE TABLE ${database}.SALES.ORDERS AS
     SELECT SEQ8() AS ID FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
  plan = tablePlan({
    source: { database, schema: 'SALES', name: 'ORDERS' },
    columns: [pair('ID', { kind: 'decimal', precision: 38, scale: 0 })],
    snapshot: { pinned: false, reason: 'as if it were a share' },
    extract: 'unload',
    read: { extract: 'unload', chunkColumns: [], sortColumns: [], batchRows: 5000 },
  });
});

afterAll(() => snowflake[Symbol.asyncDispose]());

beforeEach(() => {
  snowflake.emulator.stats.reset();
  snowflake.emulator.faults.clear();
});

/** The status store, as far as statements go; what processes share. */
function shared() {
  const kept = new Map<string, JsonObject>();
  const statements = (outlive: boolean): KeptStatements => ({
    outlive,
    find: async (name) => kept.get(name),
    keep: async (name, statement) => void kept.set(name, statement),
    forget: async (name) => void kept.delete(name),
  });
  return { kept, statements };
}

const stopped = new SnowmeltError('RUN.STOPPED', 'the time of the invocation is nearly up');
const ran = (part: string) =>
  snowflake.emulator.stats.statements.filter(({ sql }) => sql.includes(part));

async function theChunk(source: WholeSource): Promise<ChunkPlan> {
  const [chunk] = await Array.fromAsync(source.plan(plan, testContext()));
  if (chunk === undefined) throw new Error('no chunk');
  return chunk;
}

/** One process that may stay for so many milliseconds; what it has extracted, or why it stopped. */
async function invocation(
  milliseconds: number,
  statements: KeptStatements,
  part: (source: WholeSource, context: ReturnType<typeof testContext>) => Promise<unknown>,
): Promise<unknown> {
  await using source = snowflake.source();
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(stopped), milliseconds);
  try {
    return await part(source, { ...testContext(), signal: end.signal, statements });
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
}

const extraction: Parameters<typeof invocation>[2] = async (source, context) =>
  Array.fromAsync(source.extracts.extract(plan, await theChunk(source), context));

describe('a statement that takes longer than a process lives', () => {
  it('P4: an unload that needs three invocations runs once, and the third has its files', async () => {
    snowflake.emulator.faults.add({
      kind: 'slow-statement',
      ms: 2500,
      match: { sqlIncludes: 'COPY INTO' },
    });
    const { statements, kept } = shared();
    expect(await invocation(900, statements(true), extraction)).toBe(stopped);
    expect(kept.size).toBe(1);
    expect(await invocation(900, statements(true), extraction)).toBe(stopped);
    const chunks = (await invocation(20_000, statements(true), extraction)) as ChunkPlan[];
    expect(ran('COPY INTO').map(({ status }) => status)).toEqual(['success']);
    expect(kept.size, 'nothing is left to be found').toBe(0);
    await using source = snowflake.source();
    const lines = await Promise.all(
      chunks.map(async (chunk) => text((await source.open(plan, chunk, testContext())).bytes)),
    );
    expect(lines.join('').trimEnd().split('\n')).toHaveLength(rows);
  });

  it('a count likewise', async () => {
    snowflake.emulator.faults.add({
      kind: 'slow-statement',
      ms: 1200,
      match: { sqlIncludes: 'COUNT(*)' },
    });
    const { statements } = shared();
    const count: Parameters<typeof invocation>[2] = (source, context) =>
      source.count(plan, context);
    expect(await invocation(700, statements(true), count)).toBe(stopped);
    expect(await invocation(20_000, statements(true), count)).toBe(rows);
    expect(ran('COUNT(*)').map(({ status }) => status)).toEqual(['success']);
  });

  it('a real stop cancels it, also one that an earlier process has begun', async () => {
    snowflake.emulator.faults.add({
      kind: 'slow-statement',
      ms: 60_000,
      match: { sqlIncludes: 'COPY INTO' },
    });
    const { statements, kept } = shared();
    expect(await invocation(600, statements(true), extraction)).toBe(stopped);
    expect(ran('COPY INTO').map(({ status }) => status)).toEqual(['running']);
    expect(await invocation(600, statements(false), extraction)).toBe(stopped);
    await expect.poll(() => ran('COPY INTO').map(({ status }) => status)).toEqual(['aborted']);
    expect(kept.size).toBe(0);
  });

  it('one that has failed meanwhile, or that nobody knows any more, is begun anew', async () => {
    const { statements, kept } = shared();
    snowflake.emulator.faults.add({
      kind: 'slow-statement',
      ms: 60_000,
      match: { sqlIncludes: 'COPY INTO' },
    });
    await invocation(600, statements(true), extraction);
    const [found] = kept;
    if (found === undefined) throw new Error('nothing was kept');
    kept.set(found[0], { ...found[1], query: '01b00000-0000-0000-0000-000000000000' });
    const chunks = await invocation(20_000, statements(true), extraction);
    expect(chunks).toHaveLength(1);
    expect(ran('COPY INTO')).toHaveLength(2);
  });
});
