import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { targetConformance } from '@snowmelt/testkit/conformance';

import { sqliteTarget } from '../src/sqlite-target.ts';

targetConformance('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-target-'));
  return {
    open: async () => sqliteTarget(folder),
    ref: (name) => ({ database: 'shop', schema: 'sales', name }),
    readRows: async ({ database, schema, name }, columns) => {
      using connection = new DatabaseSync(join(folder, `${database}.sqlite`));
      const names = columns.map((column) => `"${column}"`).join(', ');
      const rows = connection.prepare(`SELECT ${names} FROM "${schema}.${name}"`).all();
      return rows.map((row) => columns.map((column) => row[column] as string | null));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
});
