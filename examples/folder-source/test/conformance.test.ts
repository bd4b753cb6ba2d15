import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sourceConformance } from '@snowmelt/testkit/conformance';

import { folderSource } from '../src/folder-source.ts';

sourceConformance('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'folder-source-'));
  const columnsOf = new Map<string, readonly string[]>();
  const file = (name: string) => join(folder, 'SHOP', 'SALES', encodeURIComponent(name));
  const write = async (name: string, rows: readonly (readonly (string | null)[])[]) => {
    const names = columnsOf.get(name) ?? [];
    const lines = rows.map((row) =>
      JSON.stringify(Object.fromEntries(names.map((column, index) => [column, row[index]]))),
    );
    await writeFile(`${file(name)}.jsonl`, lines.map((line) => `${line}\n`).join(''));
  };
  return {
    extracts: ['query'],
    open: async () => folderSource(folder),
    createTable: async ({ name, columns, rows, primaryKey = [] }) => {
      await mkdir(join(folder, 'SHOP', 'SALES'), { recursive: true });
      await writeFile(`${file(name)}.json`, JSON.stringify({ columns, primaryKey }));
      columnsOf.set(
        name,
        columns.map((column) => column.name),
      );
      await write(name, rows);
      return { database: 'SHOP', schema: 'SALES', name };
    },
    replaceRows: ({ name }, rows) => write(name, rows),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
});
