import { targetConformance, type TargetHarness } from '@snowmelt/testkit/conformance';

import { createPostgresTarget } from '../src/index.ts';
import { quoteIdentifier, quoteTable } from '../src/sql/quote-identifier.ts';
import { bench, connectionOf } from './fixtures.ts';

targetConformance('postgres', async (): Promise<TargetHarness> => {
  const on = await bench();
  const opened = [on.target];
  return {
    async open() {
      const target = createPostgresTarget({ connection: connectionOf(on.database) });
      opened.push(target);
      return target;
    },
    ref: (name) => ({ database: on.database.database, schema: 'conformance', name }),
    async readRows(ref, columns) {
      const texts = columns.map((name) => `${quoteIdentifier(name)}::text`).join(', ');
      const text = `SELECT ${texts} FROM ${quoteTable(ref)}`;
      return (await on.sql.query<(string | null)[]>({ text, rowMode: 'array' })).rows;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((target) => target[Symbol.asyncDispose]()));
      await on[Symbol.asyncDispose]();
    },
  };
});
