import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';

import { configJsonSchema, loadConfig, parseConfig, resolveTables } from '../../src/index.ts';
import { revealed } from './revealed.ts';
import { configWith, exampleConfig, exampleTable } from './example.ts';
import { alternatives, schemaKeys, wholeConfig, type Placed } from './whole-config.ts';

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'sesame' })
  .toString();

const truncates = (index: number) => index % 2 === 0;
/** What rules over several keys ask for, and PEMs, which stay as they are where a path would not. */
const placed: Placed = {
  'snowflake.rsa_key': () => pem,
  'snowflake.rsa_key_passphrase': () => 'sesame',
  'postgres.password': () => 'secret',
  'postgres.auth': () => 'password',
  'postgres.ssl.ca': () => pem,
  'postgres.ssl.cert': () => pem,
  'postgres.ssl.key': () => pem,
  'sources[].source_name': (index) => `source ${index}`,
  'sources[].tables[].target': (index) => `Visit Table ${index}`,
  'sources[].tables[].truncate_onstart': truncates,
  'sources[].tables[].truncate_cascade': truncates,
  'sources[].tables[].snapshot': (index) => (index % 6 === 2 ? 'off' : 'auto'),
  'sources[].tables[].delete_missing': (index) =>
    index % 6 === 0 ? 'off' : truncates(index) ? 'hard' : 'soft',
  'sources[].tables[].changes': (index) => (index % 6 === 0 ? 'cdc' : 'off'),
  'sources[].tables[].refresh': (index) => (index % 4 === 0 ? 'swap' : 'truncate'),
};
const whole = wholeConfig(placed, 40, 3);
const editor = z.fromJSONSchema(configJsonSchema() as z.core.JSONSchema.JSONSchema);

/** The keys that users bring with them, in files that worked before. */
const earlierKeys = {
  snowflake:
    'account user warehouse role rsa_key rsa_key_passphrase password token authenticator access_url',
  postgres: 'host port user password database ssl ssl.mode ssl.ca ssl.cert ssl.key url auth',
  '': 'status_tracking_database parallel_threads batch_size batch_size_copy_mode max_retry_attempts lambda_timeout_buffer_seconds insert_only_mode sources',
  'sources[]':
    'source_name enabled source_sf_database source_sf_schema target_pg_database target_pg_schema tables',
  'sources[].tables[]':
    'enabled source target source_filter chunking_columns chunking_column_types uniqueness_columns sort_columns source_watermark target_watermark truncate_onstart insert_only_mode disable_index parallel_threads batch_size column_mapping extract snapshot refresh truncate_cascade schema_evolution on_row_error on_unsupported_text delete_missing changes columns columns.include columns.exclude verify stage query_tag watermark_overlap',
};

async function load(name: string, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'snowmelt-whole-'));
  try {
    await writeFile(join(folder, name), text);
    return revealed(await loadConfig(join(folder, name), { env: {} }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a file with every key, three sources and forty tables', () => {
  it('has them all', () => {
    const { sources } = whole as { sources: { tables: object[] }[] };
    expect(sources.map(({ tables }) => tables.length)).toEqual([14, 13, 13]);
    const present = schemaKeys().filter(([path]) => valuesAt(whole, path).length > 0);
    const missing = schemaKeys().filter(([path]) => valuesAt(whole, path).length === 0);
    expect(present.length).toBeGreaterThan(70);
    expect(missing.map(([path]) => path)).toEqual([...alternatives]);
  });

  it('loads unchanged, as JSON and as YAML', async () => {
    expect(await load('config.json', JSON.stringify(whole))).toEqual(whole);
    expect(await load('config.yaml', stringify(whole))).toEqual(whole);
  });

  it('P1: asks for nothing that is passed over or not there: each enabled table is a job', () => {
    const config = parseConfig(JSON.stringify(whole), { env: {}, format: 'json' });
    const enabled = config.sources
      .filter((source) => source.enabled)
      .flatMap(({ tables }) => tables.filter((table) => table.enabled));
    expect(resolveTables(config)).toHaveLength(enabled.length);
    expect(enabled.length).toBeGreaterThan(10);
  });

  it('comments and "$schema" change nothing, and the JSON Schema takes them', async () => {
    const { sources, ...rest } = whole as { sources: object[] };
    const noted = {
      $schema: './snowmelt.schema.json',
      ...rest,
      sources: sources.map((source) => ({ _note: ['by', { hand: 1 }], ...source })),
    };
    expect(await load('config.json', JSON.stringify(noted))).toEqual(whole);
    expect(editor.safeParse(noted).error).toBeUndefined();
  });

  it('has the keys that users bring with them', () => {
    const known = new Set(schemaKeys().map(([path]) => path));
    const brought = Object.entries(earlierKeys).flatMap(([prefix, keys]) =>
      keys.split(' ').map((key) => (prefix === '' ? key : `${prefix}.${key}`)),
    );
    expect(brought.filter((path) => !known.has(path))).toEqual([]);
  });

  it.each([
    ['snowflake', { account: 'A', user: 'U', password: 'x' }],
    ['snowflake', { account: 'A', user: 'U', token: 'x' }],
    ['snowflake', { account: 'A', token: 'x', authenticator: 'oauth' }],
    ['snowflake', { account: 'A', user: 'U', authenticator: 'externalbrowser' }],
    ['postgres', { url: 'postgresql://u@h/', auth: 'password' }],
    ['postgres', { url: 'postgresql://u@h/', auth: 'rds_iam' }],
    ['postgres', { host: 'h', user: 'u', auth: 'rds_iam', aws_region: 'eu-west-1' }],
  ])('also with another way in: %s %j', async (key, value) => {
    const other = { ...whole, [key]: value };
    expect(await load('config.json', JSON.stringify(other))).toEqual(other);
    expect(editor.safeParse(other).error).toBeUndefined();
  });
});

describe('the JSON Schema', () => {
  const table = (values: object) => configWith([exampleTable({ ...values })]);

  it.each([
    ['an unknown key', table({ batchsize: 500 })],
    ['a number out of range', { ...exampleConfig(), batch_size: 99 }],
    ['an unknown word', table({ verify: 'perhaps' })],
    ['text for a number', { ...exampleConfig(), parallel_threads: '7' }],
    ['a stage without @', table({ stage: 'S' })],
    ['no sources', { ...exampleConfig(), sources: [] }],
  ])('refuses %s, as the parser does', (_, value) => {
    expect(editor.safeParse(value).success).toBe(false);
    expect(() => parseConfig(JSON.stringify(value), { env: {}, format: 'json' })).toThrow(
      expect.objectContaining({ code: 'CONFIG.INVALID' }),
    );
  });

  it('takes a variable wherever the parser takes one', () => {
    const value = {
      ...table({ verify: '${V}', truncate_onstart: '${YES}', stage: '${S}' }),
      parallel_threads: '${N}',
      snowflake: { account: '${X}', user: 'U', token: 'x', access_url: 'https://${X}.example' },
    };
    const env = { V: 'digest', YES: 'true', S: '@s', N: '7', X: 'host' };
    expect(parseConfig(JSON.stringify(value), { env, format: 'json' }).parallel_threads).toBe(7);
    expect(editor.safeParse(value).error).toBeUndefined();
  });
});

describe('the documentation of the keys', () => {
  const documented = schemaKeys().filter(([, { properties, items }]) => {
    return properties === undefined && !(items as { properties?: object } | undefined)?.properties;
  });

  it.each(documented)('%s says what it means and does, with an example', (_path, node) => {
    for (const word of ['description', 'speed', 'safety']) {
      expect(node[word]).toMatch(/^\S.*\.$/s);
    }
    const [example] = node.examples ?? [];
    const schema = z.fromJSONSchema(node);
    const variable = typeof example === 'string' && example.startsWith('${');
    expect(variable || schema.safeParse(example).success).toBe(true);
  });
});

/** The values at a path such as `sources[].tables[].target`. */
function valuesAt(value: unknown, path: string): readonly unknown[] {
  return path.split('.').reduce<readonly unknown[]>(
    (parents, step) => {
      const key = step.replace('[]', '');
      const children = parents.map((parent) => (parent as Record<string, unknown>)[key]);
      const found = children.filter((child) => child !== undefined);
      return step.endsWith('[]') ? found.flat() : found;
    },
    [value],
  );
}
