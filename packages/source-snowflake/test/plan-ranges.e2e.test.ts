import { text } from 'node:stream/consumers';

import { decodeCsv, type ChunkPlan, type WholeSource, type TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { insertRows, startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';
import { tablePlan } from './fixtures/table-plan.ts';

let snowflake: TestSnowflake;
let source: WholeSource;
let database: string;
let tables = 0;

beforeAll(async () => {
  snowflake = await startSnowflake();
  source = snowflake.source();
  database = await snowflake.createDatabase();
});

afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await snowflake[Symbol.asyncDispose]();
});

interface Key {
  /** In Snowflake, and the word of the configuration. */
  readonly native: string;
  readonly word: string;
  readonly values: fc.Arbitrary<string | null>;
}

type Row = readonly (string | null)[];

/** An id and the keys; only the id is copied, so that the keys cut a table that leaves them out. */
async function createPlan(
  natives: readonly string[],
  rows: readonly Row[],
  more: Partial<TablePlan['read']>,
): Promise<TablePlan> {
  tables += 1;
  const ref = { database, schema: 'SALES', name: `T_${String(tables)}` };
  const columns = [
    { nativeType: 'NUMBER(38,0)' },
    ...natives.map((nativeType) => ({ nativeType })),
  ];
  const defined = columns.map(({ nativeType }, index) => `C${String(index)} ${nativeType}`);
  await snowflake.run(`CREATE TABLE ${database}.SALES.${ref.name} (${defined.join(', ')})`);
  await insertRows(snowflake.run, ref, columns, rows);
  const schema = await source.describe(ref, testContext());
  const { at } = await source.pins.pin(testContext());
  const [id, ...keys] = schema.columns;
  return tablePlan({
    source: ref,
    columns: [{ source: id!, target: 'id' }],
    chunkColumns: keys,
    snapshot: { pinned: true, at },
    read: { extract: 'auto', chunkColumns: [], sortColumns: [], batchRows: 5, ...more },
  });
}

/** The statements that planning takes, and its chunks. */
async function planned(plan: TablePlan): Promise<{ chunks: ChunkPlan[]; statements: number }> {
  await source.ping(testContext());
  const before = snowflake.emulator.stats.statements.length;
  const chunks = await Array.fromAsync(source.plan(plan, testContext()));
  return { chunks, statements: snowflake.emulator.stats.statements.length - before };
}

async function idsOf(plan: TablePlan, chunk: ChunkPlan): Promise<readonly string[]> {
  const { bytes } = await source.open(plan, chunk, testContext());
  return decodeCsv(await text(bytes)).map(([id]) => id ?? '');
}

/** Holds P1 and what a plan says of itself; gives the chunks' sizes. */
async function expectWhole(plan: TablePlan, rows: readonly Row[]): Promise<readonly number[]> {
  const { chunks, statements } = await planned(plan);
  expect(statements).toBe(1);
  expect(await Array.fromAsync(source.plan(plan, testContext()))).toEqual(chunks);
  const ids = await Promise.all(chunks.map((chunk) => idsOf(plan, chunk)));
  const order = (left: string, right: string): number => Number(left) - Number(right);
  expect(ids.flat().sort(order)).toEqual(rows.map(([id]) => id));
  expect(ids.map(({ length }) => length)).toEqual(chunks.map(({ expectedRows }) => expectedRows));
  return ids.map(({ length }) => length);
}

const digits = (min: bigint, max: bigint): fc.Arbitrary<string> =>
  fc.bigInt({ min, max }).map(String);

const skewed = fc.oneof(
  { weight: 5, arbitrary: digits(0n, 40n) },
  { weight: 1, arbitrary: digits(-(10n ** 37n), 10n ** 37n) },
);

const decimals = fc
  .tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 0, max: 99 }))
  .map(([whole, part]) => `${String(whole)}.${String(part).padStart(2, '0')}`);

const days = fc
  .oneof(
    fc.integer({ min: 0, max: 12 }).map((day) => new Date(Date.UTC(2024, 1, 22 + day))),
    fc.constantFrom(new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T00:00:00Z')),
  )
  .map((date) => date.toISOString().slice(0, 10));

const moments = fc
  .tuple(days, fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 999_999_999 }))
  .map(([day, hour, ns]) => {
    return `${day}T${String(hour).padStart(2, '0')}:59:30.${String(ns).padStart(9, '0')}`;
  });

const hostile = fc.oneof(
  fc.constantFrom('', ' ', "'", "''", '\\', "\\'", '"', '--', '%', '\n', '\r\n', '\t', '🐘', 'ﬁ'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '\u{10ffff}', '\uffff'), maxLength: 4 }),
  fc.string({ maxLength: 3 }).map((tail) => `${'CUST-000'.repeat(20)}${tail.replaceAll('\0', '')}`),
);

const nullable = (values: fc.Arbitrary<string>): Key['values'] => fc.option(values, { freq: 6 });

const zoned = fc
  .tuple(moments, fc.constantFrom('+00:00', '-08:00', '+14:00', '+05:45'))
  .map(([moment, zone]) => `${moment}${zone}`);

const keys: Readonly<Record<string, Key>> = {
  'a skewed number': { native: 'NUMBER(38,0)', word: 'bigint', values: nullable(skewed) },
  'a decimal': { native: 'NUMBER(12,2)', word: 'numeric', values: nullable(decimals) },
  'a float': {
    native: 'FLOAT',
    word: 'number',
    values: nullable(fc.oneof(decimals, fc.constantFrom('NaN', 'inf', '-inf', '-0', '1e300'))),
  },
  'digits in text': {
    native: 'VARCHAR',
    word: 'varchar_numeric',
    values: nullable(fc.oneof(skewed, decimals, fc.constantFrom('', 'n/a', ' 7', '007', '1_0'))),
  },
  'a date': { native: 'DATE', word: 'date', values: nullable(days) },
  'a wall clock': { native: 'TIMESTAMP_NTZ(9)', word: 'timestamp', values: nullable(moments) },
  'an instant': { native: 'TIMESTAMP_LTZ(9)', word: 'timestamp_ltz', values: nullable(moments) },
  'an offset': { native: 'TIMESTAMP_TZ(9)', word: 'timestamp_tz', values: nullable(zoned) },
  'a UUID in text': { native: 'VARCHAR(36)', word: 'uuid', values: nullable(fc.uuid()) },
  'a hostile text': { native: 'VARCHAR', word: 'varchar', values: nullable(hostile) },
};

function rowsOf(columns: readonly Key[]): fc.Arbitrary<readonly Row[]> {
  const row = fc.tuple(...columns.map(({ values }) => values));
  const rows = fc.array(row, { maxLength: 60, size: 'max' });
  return rows.map((all) => all.map((values, index) => [String(index), ...values]));
}

/** Two values besides NULL, so that each of them is more than a chunk. */
function withFew(key: Key): Key {
  const [one, other] = fc.sample(key.values, { numRuns: 2, seed: 7 });
  return { ...key, values: fc.constantFrom(one ?? null, other ?? null, other ?? null) };
}

async function holds(columns: readonly Key[], numRuns: number): Promise<void> {
  const chunkColumns = columns.map(({ word }, index) => {
    return { column: `C${String(index + 1)}`, type: word };
  });
  const property = fc.asyncProperty(rowsOf(columns), async (rows) => {
    const natives = columns.map(({ native }) => native);
    await expectWhole(await createPlan(natives, rows, { chunkColumns }), rows);
  });
  await fc.assert(property, { numRuns, endOnFailure: true });
}

describe('P1: the chunks are the table, no row twice, planned by one statement', () => {
  it.each(Object.entries(keys))('cut by %s', (_, key) => holds([key], 6));

  it.each([
    ['a date', 'a skewed number'],
    ['a date', 'a hostile text'],
    ['a skewed number', 'a wall clock'],
    ['digits in text', 'digits in text'],
    ['a hostile text', 'a UUID in text'],
    ['a float', 'a float'],
  ])('cut by %s and %s', async (first, second) => {
    await holds([withFew(keys[first]!), keys[second]!], 5);
  });

  it.each([
    [['a date', 'a skewed number'], 'a hostile text'],
    [['a skewed number', 'a float'], 'a wall clock'],
    [['a hostile text', 'an offset'], 'a UUID in text'],
    [['a date', 'digits in text', 'a decimal'], 'a skewed number'],
  ])('cut by %j and %s', async (few, last) => {
    const columns = [...few.map((name) => withFew(keys[name]!)), keys[last]!];
    await holds(columns, 5);
  });
});

/** Days of an uneven table, made by Snowflake: a fifth of the rows are of one day. */
async function unevenPlan(chunkColumns: TablePlan['read']['chunkColumns']): Promise<TablePlan> {
  const plan = await createPlan(['DATE', 'TIMESTAMP_TZ(9)', 'NUMBER(38,0)', 'VARCHAR'], [], {
    chunkColumns,
    batchRows: 250,
  });
  const { name } = plan.source;
  await snowflake.run(`INSERT INTO ${database}.SALES.${name}
    SELECT I, DATEADD(day, DAY, '2015-01-01'::DATE),
      DATEADD(second, I % 86400, DATEADD(day, DAY, '2015-01-01T00:00:00+00:00'::TIMESTAMP_TZ)),
      I * I * I, 'CUSTOMER-' || I
    FROM (
      SELECT SEQ4() AS I, IFF(SEQ4() % 5 = 0, 17, SEQ4() % 365) AS DAY
      FROM TABLE(GENERATOR(ROWCOUNT => 20000))
    )`);
  const { at } = await source.pins.pin(testContext());
  return { ...plan, snapshot: { pinned: true, at } };
}

describe('one statement plans chunks of an even size', () => {
  it.each([
    ['days, of which a large one is cut by a second key', ['C1 date', 'C4 varchar']],
    ['timestamps, of which a large day is cut by its time', ['C2 timestamp_tz']],
    ['cubes: most keys are in a few cells of equal width', ['C3 bigint']],
    ['texts that begin alike', ['C4 varchar']],
  ])('%s', async (_, asked) => {
    const columns = asked.map((words) => {
      const [column = '', type = ''] = words.split(' ');
      return { column, type };
    });
    const plan = await unevenPlan(columns);
    const { chunks, statements } = await planned(plan);
    expect(statements).toBe(1);
    const sizes = chunks.map(({ expectedRows }) => expectedRows ?? 0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20_000);
    // A mark may be a quarter of a chunk and a cell or value of up to a chunk.
    expect(Math.max(...sizes)).toBeLessThanOrEqual(250 * 1.25);
    expect(chunks.length).toBeLessThan(3 * (20_000 / 250));
  });

  it('a value that holds more than a chunk is cut by the next column, and so on', async () => {
    const plan = await createPlan(['VARCHAR', 'DATE', 'VARCHAR', 'NUMBER(38,0)'], [], {
      chunkColumns: ['C1 varchar', 'C2 date', 'C3 varchar', 'C4 bigint'].map((words) => {
        const [column = '', type = ''] = words.split(' ');
        return { column, type };
      }),
      batchRows: 250,
    });
    const { name } = plan.source;
    await snowflake.run(`INSERT INTO ${database}.SALES.${name}
      SELECT SEQ4(), IFF(SEQ4() % 2 = 0, 'A', 'B'),
        DATEADD(day, SEQ4() % 3, '2024-02-28'::DATE), IFF(SEQ4() % 5 < 4, 'x', 'y'), SEQ4() % 5000
      FROM TABLE(GENERATOR(ROWCOUNT => 20000))`);
    const { at } = await source.pins.pin(testContext());
    const { chunks, statements } = await planned({ ...plan, snapshot: { pinned: true, at } });
    expect(statements).toBe(1);
    const sizes = chunks.map(({ expectedRows }) => expectedRows ?? 0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(250 * 1.25);
    expect(chunks.length).toBeLessThan(3 * (20_000 / 250));
  });

  it('a large day without a second key is one chunk', async () => {
    const { chunks } = await planned(await unevenPlan([{ column: 'c1', type: 'date' }]));
    const large = chunks.filter(({ expectedRows = 0 }) => expectedRows > 250);
    expect(large.map(({ id }) => id.slice(6))).toEqual(['from-2015-01-18']);
  });
});

it('P1: a large table is unloaded in segments, whose files are the table', async () => {
  const plan: TablePlan = {
    ...(await unevenPlan([{ column: 'C3', type: 'bigint' }])),
    extract: 'unload',
    estimatedRows: 20_000,
    estimatedBytes: 20_000,
  };
  await using segmented = snowflake.source({ segmentBytes: 6000 });
  const segments = await Array.fromAsync(segmented.plan(plan, testContext()));
  expect(segments.map(({ kind }) => kind)).toEqual(segments.map(() => 'extract'));
  expect(segments.length).toBeGreaterThan(3);
  const ids: string[] = [];
  for (const segment of segments) {
    const files = await Array.fromAsync(segmented.extracts.extract(plan, segment, testContext()));
    for (const file of files) ids.push(...(await idsOf(plan, file)));
  }
  expect(ids).toHaveLength(20_000);
  expect(new Set(ids).size).toBe(20_000);
  await segmented.extracts.release(plan.run, [plan], testContext());
});
