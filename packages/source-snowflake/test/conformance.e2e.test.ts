import type { WholeSource, TableRef } from '@snowmelt/core';
import {
  sourceConformance,
  type SampleTable,
  type SourceHarness,
} from '@snowmelt/testkit/conformance';
import { afterAll, beforeAll } from 'vitest';

import { quoteTable } from '../src/sql/quote.ts';
import {
  createTable,
  insertRows,
  startSnowflake,
  type TestSnowflake,
} from './fixtures/snowflake.ts';

let snowflake: TestSnowflake;

beforeAll(async () => {
  snowflake = await startSnowflake();
});

afterAll(async () => {
  await snowflake[Symbol.asyncDispose]();
});

sourceConformance('source-snowflake', async (): Promise<SourceHarness> => {
  const database = await snowflake.createDatabase();
  const opened: WholeSource[] = [];
  const tables = new Map<string, SampleTable>();
  const create = async (table: SampleTable, options?: string): Promise<TableRef> => {
    const ref = { database, schema: 'SALES', name: table.name };
    await createTable(snowflake.run, ref, table, options);
    tables.set(table.name, table);
    return ref;
  };
  return {
    extracts: ['query', 'unload'],
    async open() {
      const source = snowflake.source({ connections: 2 });
      opened.push(source);
      return source;
    },
    createTable: (table) => create(table),
    createTracked: (table) => create(table, 'CHANGE_TRACKING = TRUE'),
    createUnpinnable: (table) => create(table, 'DATA_RETENTION_TIME_IN_DAYS = 0'),
    async replaceRows(ref, rows) {
      await snowflake.run(`DELETE FROM ${quoteTable(ref)}`);
      await insertRows(snowflake.run, ref, tables.get(ref.name)!.columns, rows);
    },
    async [Symbol.asyncDispose]() {
      for (const source of opened) await source[Symbol.asyncDispose]();
      await snowflake.run(`DROP DATABASE ${database}`);
    },
  };
});
