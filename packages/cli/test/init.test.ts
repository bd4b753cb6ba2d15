import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { parseConfig, type ColumnSchema, type ListedTable, type TableSchema } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { memorySource } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { commands } from '../src/commands.ts';
import { completionScript } from '../src/completion/completion-script.ts';
import { discover, formatDiscover } from '../src/discover/discover-tables.ts';
import { chooseTables, readName } from '../src/init/choose-tables.ts';
import { composeSources } from '../src/init/compose-config.ts';
import { postgresPart } from '../src/init/postgres-part.ts';
import { proposeTable } from '../src/init/propose-table.ts';
import { writeConfig } from '../src/init/write-config.ts';

const column = (
  name: string,
  kind: 'decimal' | 'timestamp' | 'text',
  nullable = false,
): ColumnSchema => ({
  name,
  type: kind === 'timestamp' ? { kind, precision: 9, zone: 'none' } : { kind },
  nativeType: kind,
  nullable,
  hasDefault: false,
  generated: false,
});
const ref = { database: 'SALES', schema: 'PUBLIC', name: 'ORDERS' };
const listed: ListedTable = { ref, kind: 'table', what: 'a table' };
const table = (more: Partial<TableSchema> = {}): TableSchema => ({
  ref,
  kind: 'table',
  columns: [column('ID', 'decimal'), column('UPDATED_AT', 'timestamp')],
  primaryKey: ['ID'],
  estimatedRows: 10,
  ...more,
});
const full = { truncate_onstart: true, refresh: 'swap' };

describe('what init proposes for a table, with the reason', () => {
  it.each([
    ['a small one is replaced', table(), {}, full, '10 rows: all rows are replaced'],
    ['a view', table({ kind: 'view' }), {}, full, 'a view: all its rows are replaced'],
    [
      'recorded changes and a key',
      table(),
      { recordsChanges: true },
      { changes: 'cdc', uniqueness_columns: ['ID'] },
      'its changes are recorded and ID is its primary key',
    ],
    [
      'recorded changes without a key',
      table({ primaryKey: [] }),
      { recordsChanges: true },
      full,
      'all rows are replaced',
    ],
    [
      'a large one with a key and a time of change',
      table({ estimatedRows: 5e7 }),
      {},
      {
        uniqueness_columns: ['ID'],
        source_watermark: 'UPDATED_AT',
        target_watermark: 'updated_at',
      },
      'a row that is deleted, or changes without it, is not seen',
    ],
    [
      'a large one whose time may be NULL, so that a row could be missed',
      table({
        estimatedRows: 5e7,
        columns: [column('ID', 'decimal'), column('UPDATED_AT', 'timestamp', true)],
      }),
      {},
      full,
      'without a time of its last change',
    ],
    [
      'a large one without a key',
      table({ estimatedRows: 5e7, primaryKey: [] }),
      {},
      full,
      'without a primary key',
    ],
    [
      'a clustered one',
      table({ estimatedRows: 2e6, clusterKey: ['ID'] }),
      {},
      { ...full, chunking_columns: ['ID'] },
      'cut by ID, which it is clustered by',
    ],
  ])('%s', (_, schema, more, ...expected) => {
    const [keys, why] = expected;
    const proposal = proposeTable(schema, { ...listed, ...more });
    expect(proposal.keys).toEqual(keys);
    expect(proposal.why).toContain(why);
  });
});

/** A schema of forty tables, of which one is clustered, and another schema. */
function world() {
  const columns = [column('ID', 'decimal')];
  const refs = [
    ...Array.from({ length: 40 }, (_, at) => ({ ...ref, name: `T${String(at)}` })),
    { ...ref, schema: 'odd"s', name: 'a.b' },
  ];
  const source = memorySource({
    tables: refs.map((one) => ({ ref: one, columns, rows: [], primaryKey: ['ID'] })),
  });
  const describeTable = source.describe.bind(source);
  return {
    source: {
      ...source,
      describe: async (...asked: Parameters<typeof describeTable>) => {
        const found = await describeTable(...asked);
        return found.ref.name === 'T7'
          ? { ...found, estimatedRows: 2e6, clusterKey: ['ID'] }
          : found;
      },
    },
    context: testContext(),
  };
}

const login = {
  snowflake: { account: 'ORG-ACC', user: 'LOADER', password: '${SNOWFLAKE_PASSWORD}' },
  postgres: { url: 'postgresql://loader@db/dwh' },
  targetDatabase: 'dwh',
  env: { SNOWFLAKE_PASSWORD: 'SECRET-SNOW' },
};

describe('the configuration that init writes', () => {
  it('of all tables of a schema is a wildcard, and an entry for what goes another way', async () => {
    const using = world();
    const choice = await chooseTables('sales.public.*', using.source.lists, using.context);
    const { sources, tables } = await composeSources([choice], 'dwh', using);
    expect(tables).toHaveLength(40);
    expect(sources).toEqual([
      {
        source_name: 'public',
        source_sf_database: 'SALES',
        source_sf_schema: 'PUBLIC',
        target_pg_database: 'dwh',
        target_pg_schema: 'public',
        defaults: full,
        tables: [
          {
            source: 'T7',
            _why: expect.stringContaining('clustered'),
            ...full,
            chunking_columns: ['ID'],
          },
          { source: '*' },
        ],
      },
    ]);
  });

  it('is read as it was meant, whatever is in names; no secret is in it; it overwrites nothing', async () => {
    const using = world();
    const choices = [];
    for (const name of ['SALES."odd""s"."a.b"', 'SALES.PUBLIC.t1']) {
      choices.push(await chooseTables(name, using.source.lists, using.context));
    }
    const { sources } = await composeSources(choices, 'dwh', using);
    const folder = await mkdtemp(join(tmpdir(), 'snowmelt-init-'));
    try {
      const logins = { ...login, path: join(folder, 'config.json') };
      await writeConfig(sources, logins, { overwrite: false });
      const text = await readFile(logins.path, 'utf8');
      expect(text).not.toContain('SECRET');
      const config = parseConfig(text, { env: login.env, format: 'json' });
      expect(config.sources.map((one) => [one.source_sf_schema, one.tables[0]?.source])).toEqual([
        ['"odd""s"', 'a.b'],
        ['PUBLIC', 'T1'],
      ]);
      await writeFile(logins.path, 'mine');
      await expect(writeConfig(sources, logins, { overwrite: false })).rejects.toMatchObject({
        code: 'CLI.USAGE',
        fix: expect.stringContaining('--force'),
      });
      expect(await readFile(logins.path, 'utf8')).toBe('mine');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('P7: a password in the URL is not in the file, which names its variable', () => {
    const { part, env, database } = postgresPart(
      'postgresql://u:p%40ss@h:1/db?sslmode=require',
      {},
    );
    expect(part).toEqual({
      host: 'h',
      port: 1,
      user: 'u',
      password: '${PGPASSWORD}',
      ssl: { mode: 'require' },
    });
    expect({ env, database }).toEqual({ env: { PGPASSWORD: 'p@ss' }, database: 'db' });
    expect(() => postgresPart('secret', {})).toThrow('that is no URL');
  });

  it.each([
    ['A.B.C', ['A', 'B', 'C']],
    ['"a.b"."c""d".*', ['"a.b"', '"c""d"', '*']],
    ['A..B', []],
    ['', []],
  ])('names are read with their quotes: %s', (text, parts) => {
    expect(readName(text)).toEqual(parts);
  });
});

describe('discover', () => {
  it.each([60, 100, 200])('lists at %i columns', async (width) => {
    const { source, context } = world();
    const view = await discover('SALES.PUBLIC', source.lists, context);
    const lines = formatDiscover(view, width).map(stripVTControlCharacters);
    expect(lines).toHaveLength(41);
    expect(lines.every((line) => line.length <= width)).toBe(true);
    expect(lines[1]).toMatch(/^SALES\.PUBLIC\.T0 +table +0/u);
  });

  it('schemas, a database, and names with *', async () => {
    const { source, context } = world();
    const all = await discover(undefined, source.lists, context);
    expect(all.schemas.map(({ schema }) => schema)).toEqual(['PUBLIC', 'odd"s']);
    expect((await discover('sales', source.lists, context)).tables).toHaveLength(41);
    const some = await discover('SALES.PUBLIC.T3*', source.lists, context);
    expect(some.tables).toHaveLength(11);
  });
});

describe('completion', () => {
  const facts = Object.entries(commands).map(([id, command]) => ({
    id,
    summary: command.summary,
    flags: command.flags ?? {},
    enableJsonFlag: command.enableJsonFlag,
  }));
  const bash = completionScript('bash', facts);
  const complete = (...words: readonly string[]) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const script = `${bash}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _snowmelt; echo "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
  };

  it.each([
    [['snowmelt', 'sta'], ['status']],
    [['snowmelt', 'config', 'val'], ['validate']],
    [['snowmelt', 'run', '--upg'], ['--upgrade-status-schema']],
    [['snowmelt', 'run', '--verify', 'd'], ['digest']],
    [['snowmelt', 'config', 'show', '--js'], ['--json']],
  ])('bash: %j', (words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });

  it('has every command and flag in each shell', () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const script = completionScript(shell, facts);
      for (const [id, { flags = {} }] of Object.entries(commands)) {
        for (const word of [...id.split(':'), ...Object.keys(flags)])
          expect(script).toContain(word);
      }
    }
  });
});
