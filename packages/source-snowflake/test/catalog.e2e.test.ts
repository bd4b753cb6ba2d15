import type { TableRef, TableSchema } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { quoteIdentifier, quoteTable } from '../src/sql/quote.ts';
import { snowflakeTypes } from '../src/types/snowflake-types.ts';
import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';

let snowflake: TestSnowflake;
let database: string;

beforeAll(async () => {
  snowflake = await startSnowflake();
});

beforeEach(async () => {
  database = await snowflake.createDatabase();
});

afterAll(async () => {
  await snowflake[Symbol.asyncDispose]();
});

const tableRef = (name: string, schema = 'SALES'): TableRef => ({ database, schema, name });

async function makeTable(name: string, columns = 'ID NUMBER(10,0), NAME VARCHAR(50)') {
  const ref = tableRef(name);
  await snowflake.run(`CREATE TABLE ${quoteTable(ref)} (${columns})`);
  return ref;
}

/** Describes by a source of its own, and says by which statements. */
async function describeAll(refs: readonly TableRef[]) {
  await using source = snowflake.source({ connections: 2 });
  const context = testContext();
  await source.ping(context);
  snowflake.emulator.stats.reset();
  const ends = await Promise.allSettled(refs.map((ref) => source.describe(ref, context)));
  const statements = snowflake.emulator.stats.statements.map(({ sql }) => sql);
  return { ends, statements: statements.filter((sql) => !sql.startsWith('ALTER SESSION')) };
}

const columnNames = ({ columns }: TableSchema) => columns.map(({ name }) => name);

describe('the catalog is asked by statements that need no warehouse', () => {
  it('four for forty tables of a schema, and no INFORMATION_SCHEMA', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `T${index}`);
    for (const name of names) {
      await makeTable(name, `${name}_ID NUMBER(10,0) PRIMARY KEY, V VARCHAR(20) NOT NULL`);
    }
    const { ends, statements } = await describeAll(names.map((name) => tableRef(name)));
    expect(statements.map((sql) => sql.replace(/ (?:IN|STARTS).*/su, '')).sort()).toEqual([
      'SHOW COLUMNS',
      'SHOW DATABASES',
      'SHOW PRIMARY KEYS',
      'SHOW TABLES',
    ]);
    for (const [index, end] of ends.entries()) {
      expect(end).toMatchObject({
        value: {
          ref: tableRef(`T${index}`),
          kind: 'table',
          primaryKey: [`T${index}_ID`],
          estimatedRows: 0,
          columns: [
            { name: `T${index}_ID`, nativeType: 'NUMBER(10,0)' },
            { name: 'V', nativeType: 'VARCHAR(20)', nullable: false },
          ],
        },
      });
    }
  });

  it('a single table by its name alone, however many are beside it', async () => {
    await makeTable('OTHER');
    const { ends, statements } = await describeAll([await makeTable('ONE')]);
    expect(ends).toMatchObject([{ value: { columns: [{ name: 'ID' }, { name: 'NAME' }] } }]);
    for (const sql of statements) expect(sql).toMatch(/^SHOW .*(?:"ONE"|'ONE'|DATABASES)/u);
  });

  it('tables of several schemas and databases, views among them', async () => {
    const first = await makeTable('ORDERS', 'A INT');
    await snowflake.run(`CREATE VIEW ${quoteTable(tableRef('SEEN'))} AS SELECT A AS B FROM ORDERS`);
    await snowflake.run(`CREATE SCHEMA ${database}."other"`);
    const second = tableRef('ORDERS', 'other');
    await snowflake.run(`CREATE TABLE ${quoteTable(second)} (C INT, D INT)`);
    const { ends } = await describeAll([first, tableRef('SEEN'), second]);
    expect(ends).toMatchObject([
      { value: { kind: 'table', columns: [{ name: 'A' }] } },
      { value: { kind: 'view', columns: [{ name: 'B' }] } },
      { value: { kind: 'table', columns: [{ name: 'C' }, { name: 'D' }] } },
    ]);
  });
});

describe('names are taken as stored', () => {
  const names = [
    'A_B',
    'AXB',
    'A%',
    'ABC',
    'a_b',
    `it's`,
    'say "hi"',
    String.raw`back\slash`,
    'é ü',
  ];

  it.each([names, ...names.map((name) => [name])])('%s', async (...asked) => {
    for (const [index, name] of names.entries()) {
      await makeTable(name, `${quoteIdentifier(`c${index}`)} INT, PRIMARY KEY ("c${index}")`);
    }
    const { ends } = await describeAll(asked.map((name) => tableRef(name)));
    const columns = ends.map((end) => end.status === 'fulfilled' && columnNames(end.value));
    expect(columns).toEqual(asked.map((name) => [`c${names.indexOf(name)}`]));
  });
});

describe('what the lists do not tell', () => {
  it('10,000 columns count as cut: each table is asked for by itself', async () => {
    const columns = Array.from({ length: 2501 }, (_, index) => `C${index} INT`).join(', ');
    const refs = [];
    for (const name of ['W1', 'W2', 'W3', 'W4']) refs.push(await makeTable(name, columns));
    const { ends, statements } = await describeAll(refs);
    for (const end of ends) {
      expect(end.status === 'fulfilled' && end.value.columns.length).toBe(2501);
    }
    expect(statements.filter((sql) => sql.startsWith('SHOW COLUMNS IN TABLE'))).toHaveLength(4);
  });

  it('a SHOW that is refused for too many records: each table by its name', async () => {
    const refs = [await makeTable('A'), await makeTable('B')];
    const message = 'The result set size exceeded the max number of rows(10000) supported for SHOW';
    const match = { sqlMatches: String.raw`^SHOW TABLES IN SCHEMA \S+$` };
    const refused = { kind: 'fail-statement', code: '090153', sqlState: '22000', message } as const;
    snowflake.emulator.faults.add({ ...refused, match });
    const { ends, statements } = await describeAll(refs);
    expect(ends).toMatchObject([{ value: { kind: 'table' } }, { value: { kind: 'table' } }]);
    expect(
      statements.filter((sql) => sql.includes('STARTS WITH') && sql.includes('TABLES')),
    ).toEqual([
      expect.stringContaining(`STARTS WITH 'A'`),
      expect.stringContaining(`STARTS WITH 'B'`),
    ]);
  });

  it('every type as DESCRIBE TABLE spells it, and DESCRIBE only where SHOW does not say it', async () => {
    const described = /^(?:DECFLOAT|INTERVAL|MAP|(?:ARRAY|OBJECT)\()/u;
    for (const [index, { native }] of snowflakeTypes.entries()) {
      if (native === 'FILE') continue;
      const ref = await makeTable(`KIND_${index}`, `C ${native}`);
      const [spelled] = await snowflake.run(`DESCRIBE TABLE ${quoteTable(ref)}`);
      const { ends, statements } = await describeAll([ref]);
      expect(ends).toMatchObject([{ value: { columns: [{ nativeType: spelled?.['type'] }] } }]);
      const asked = statements.some((sql) => sql.startsWith('DESCRIBE'));
      expect([native, asked]).toEqual([native, described.test(native)]);
    }
  });

  it('P1: nothing is remembered: columns that came and went in between are told', async () => {
    const ref = await makeTable('CHANGING', 'A INT');
    await using source = snowflake.source();
    const names = async () => columnNames(await source.describe(ref, testContext()));
    expect(await names()).toEqual(['A']);
    await snowflake.run(`ALTER TABLE ${quoteTable(ref)} ADD COLUMN B INT`);
    expect(await names()).toEqual(['A', 'B']);
    await snowflake.run(`ALTER TABLE ${quoteTable(ref)} DROP COLUMN A`);
    expect(await names()).toEqual(['B']);
  });
});
