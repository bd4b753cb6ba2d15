import { text } from 'node:stream/consumers';

import { decodeCsv, type ExtractMode, type WholeSource, type TablePlan } from '@snowmelt/core';
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

/** A table of one column of a type, made of SQL expressions; an id keeps their order. */
async function planOf(type: string, values: readonly string[]): Promise<TablePlan> {
  const name = `T_${type.replaceAll(/\W+/gu, '_')}`;
  const ref = { database, schema: 'SALES', name };
  await snowflake.run(`CREATE TABLE ${database}.SALES."${name}" (ID NUMBER(9,0), C ${type})`);
  for (const [id, value] of values.entries()) {
    await snowflake.run(`INSERT INTO ${database}.SALES."${name}" SELECT ${id}, ${value}`);
  }
  const schema = await source.describe(ref, testContext());
  const { at } = await source.pins.pin(testContext());
  return tablePlan({
    source: ref,
    columns: schema.columns.map((column) => ({ source: column, target: column.name })),
    snapshot: { pinned: true, at },
    read: { extract: 'auto', chunkColumns: [], sortColumns: ['ID'], batchRows: 1e6 },
  });
}

async function read(table: TablePlan, extract: ExtractMode): Promise<string> {
  const plan = { ...table, extract };
  const context = testContext();
  let all = '';
  for await (const chunk of source.plan(plan, context)) {
    const parts = chunk.kind === 'load' ? [chunk] : source.extracts.extract(plan, chunk, context);
    for await (const part of parts)
      all += await text((await source.open(plan, part, context)).bytes);
  }
  return all;
}

describe('P1: a query and an unload give the same bytes, which are canonical CSV', () => {
  it.each<[string, readonly [string, string | null][]]>([
    [
      'BOOLEAN',
      [
        ['TRUE', 't'],
        ['FALSE', 'f'],
        ['NULL', null],
      ],
    ],
    [
      'NUMBER(38,0)',
      [
        ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
        ['-1', '-1'],
        ['0', '0'],
      ],
    ],
    [
      'NUMBER(12,4)',
      [
        ['0.5', '0.5000'],
        ['-0.0001', '-0.0001'],
        ['12345678.9', '12345678.9000'],
      ],
    ],
    [
      'VARCHAR',
      [
        [`''`, ''],
        ['NULL', null],
        [String.raw`'a"b,c\nd\r\ne\\f\\N'`, 'a"b,c\nd\r\ne\\f\\N'],
        [`'NULL'`, 'NULL'],
        [`' ünï 👩‍👧 '`, ' ünï 👩‍👧 '],
      ],
    ],
    [
      'BINARY',
      [
        [`TO_BINARY('00FFab', 'HEX')`, '\\x00ffab'],
        [`TO_BINARY('', 'HEX')`, '\\x'],
      ],
    ],
    [
      'DATE',
      [
        [`'0001-01-01'::DATE`, '0001-01-01'],
        [`'9999-12-31'::DATE`, '9999-12-31'],
      ],
    ],
    ['TIME(9)', [[`'23:59:59.999999999'::TIME(9)`, '23:59:59.999999999']]],
    [
      'TIMESTAMP_NTZ(9)',
      [
        [`'9999-12-31 23:59:59.999999999'::TIMESTAMP_NTZ(9)`, '9999-12-31T23:59:59.999999999'],
        [`'0001-01-01 00:00:00'::TIMESTAMP_NTZ(9)`, '0001-01-01T00:00:00.000000000'],
      ],
    ],
    [
      'TIMESTAMP_TZ(3)',
      [[`'2024-02-29T12:00:00.125+05:30'::TIMESTAMP_TZ(3)`, '2024-02-29T12:00:00.125+05:30']],
    ],
    [
      'TIMESTAMP_LTZ(0)',
      [[`'2024-02-29T12:00:00+05:30'::TIMESTAMP_LTZ(0)`, '2024-02-29T06:30:00+00:00']],
    ],
  ])('%s', async (type, values) => {
    const table = await planOf(
      type,
      values.map(([sql]) => sql),
    );
    const bytes = await read(table, 'query');
    expect(decodeCsv(bytes)).toEqual(values.map(([, expected], id) => [String(id), expected]));
    expect(await read(table, 'unload')).toBe(bytes);
  });

  it('FLOAT, to the last bit', async () => {
    const numbers = [0.1, 1 / 3, -2.5, 1.7976931348623157e308, 5e-324, 123456789012345680];
    const special = [`'NaN'::FLOAT`, `'inf'::FLOAT`, `'-inf'::FLOAT`, 'NULL'];
    const table = await planOf('FLOAT', [...numbers.map((x) => `'${x}'::FLOAT`), ...special]);
    const bytes = await read(table, 'query');
    const fields = decodeCsv(bytes).map((row) => row[1]);
    expect(fields.slice(0, numbers.length).map(Number)).toEqual(numbers);
    expect(fields.slice(numbers.length)).toEqual(['NaN', 'Infinity', '-Infinity', null]);
    expect(await read(table, 'unload')).toBe(bytes);
  });

  it('VARIANT, with every digit and its own null', async () => {
    const json = `PARSE_JSON('{"n": 12345678901234567890123456789012345678, "t": "a\\\\"b", "z": null}')`;
    const table = await planOf('VARIANT', [json, `PARSE_JSON('null')`, 'NULL']);
    const bytes = await read(table, 'query');
    const fields = decodeCsv(bytes).map((row) => row[1]);
    expect(fields[0]).toContain('12345678901234567890123456789012345678');
    expect(JSON.parse(fields[0] ?? '')).toMatchObject({ t: 'a"b', z: null });
    expect(fields.slice(1)).toEqual(['null', null]);
    expect(await read(table, 'unload')).toBe(bytes);
  });

  it.each([
    ['ARRAY', `ARRAY_CONSTRUCT(1, NULL, 'x')`, [1, null, 'x']],
    ['OBJECT', `OBJECT_CONSTRUCT('a', 1)`, { a: 1 }],
  ])('%s as JSON text', async (type, sql, expected) => {
    const table = await planOf(type, [sql, 'NULL']);
    const bytes = await read(table, 'query');
    const fields = decodeCsv(bytes).map((row) => row[1]);
    expect(JSON.parse(fields[0] ?? '')).toEqual(expected);
    expect(fields[1]).toBeNull();
    expect(await read(table, 'unload')).toBe(bytes);
  });

  it('VECTOR as an array of PostgreSQL', async () => {
    const table = await planOf('VECTOR(INT, 3)', ['[1, -2, 3]::VECTOR(INT, 3)', 'NULL']);
    const bytes = await read(table, 'query');
    expect(decodeCsv(bytes).map((row) => row[1])).toEqual(['{1,-2,3}', null]);
    expect(await read(table, 'unload')).toBe(bytes);
  });

  it('GEOGRAPHY as GeoJSON', async () => {
    const table = await planOf('GEOGRAPHY', [`TO_GEOGRAPHY('POINT(1.5 -2)')`, 'NULL']);
    const bytes = await read(table, 'query');
    const fields = decodeCsv(bytes).map((row) => row[1]);
    expect(JSON.parse(fields[0] ?? '')).toEqual({ type: 'Point', coordinates: [1.5, -2] });
    expect(fields[1]).toBeNull();
    expect(await read(table, 'unload')).toBe(bytes);
  });

  it('a table of one column keeps its NULLs as empty lines', async () => {
    const table = await planOf('CHAR(3)', ['NULL', `''`, `'a'`, 'NULL']);
    const one = { ...table, columns: table.columns.filter(({ target }) => target === 'C') };
    const bytes = await read(one, 'query');
    expect(bytes).toBe('\n""\n"a"\n\n');
    expect(await read(one, 'unload')).toBe(bytes);
  });
});
