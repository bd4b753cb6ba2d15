import { targetConformance, type TargetHarness } from '@snowmelt/testkit/conformance';
import { plantedDatabase } from '@snowmelt/testkit/planted-database';

import { createPostgresTarget } from '../src/index.ts';
import { quoteIdentifier, quoteTable } from '../src/sql/quote-identifier.ts';
import { connect, connectionOf } from './fixtures.ts';

// As a role without rights, among names that a stranger has planted in its path: none may be used.
targetConformance('postgres', async (): Promise<TargetHarness> => {
  const database = await plantedDatabase();
  const sql = await connect(database);
  const connection = { ...connectionOf(database), ...database.loader };
  const opened = [createPostgresTarget({ connection })];
  return {
    async open() {
      const target = createPostgresTarget({ connection });
      opened.push(target);
      return target;
    },
    ref: (name) => ({ database: database.database, schema: 'conformance', name }),
    async emptyTable(ref) {
      await sql.query(`TRUNCATE ${quoteTable(ref)}`);
    },
    async readRows(ref, columns) {
      const texts = columns.map((name) => `${quoteIdentifier(name)}::text`).join(', ');
      const text = `SELECT ${texts} FROM ${quoteTable(ref)}`;
      return (await sql.query<(string | null)[]>({ text, rowMode: 'array' })).rows;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((target) => target[Symbol.asyncDispose]()));
      await sql.end();
      try {
        await database.assertUnused();
      } finally {
        await database[Symbol.asyncDispose]();
      }
    },
  };
});
