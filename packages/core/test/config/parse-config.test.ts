import { describe, expect, it } from 'vitest';

import { parseConfig, type Environment } from '../../src/index.ts';
import { configWith, exampleConfig, exampleTable } from './example.ts';

const parse = (value: unknown, env: Environment = {}) =>
  parseConfig(JSON.stringify(value), { env, path: 'config.json' });

describe('P8: everything that is wrong with a configuration is told at once', () => {
  it('names unknown keys with their path and the nearest known key', () => {
    const value = configWith([exampleTable({ batchsize: 500, zzz: 1 })], { paralel_threads: 2 });
    expect(() => parse(value)).toThrow(
      expect.objectContaining({
        code: 'CONFIG.INVALID',
        message: expect.stringMatching(
          /^config\.json: 3 problems\n[^]*^paralel_threads: unknown key; did you mean parallel_threads\?$/m,
        ),
      }),
    );
    expect(() => parse(value)).toThrow(
      /^sources\[0\]\.tables\[0\]\.batchsize: unknown key; did you mean batch_size\?$/m,
    );
    expect(() => parse(value)).toThrow(
      /^sources\[0\]\.tables\[0\]\.zzz: unknown key; known here: /m,
    );
  });

  it('tells rules over several keys together with errors of single keys', () => {
    const value = {
      ...configWith([
        exampleTable({
          batch_size: 5,
          chunking_columns: ['A', 'B'],
          chunking_column_types: ['int'],
        }),
      ]),
      snowflake: { account: 'A', user: 'U' },
      postgres: { port: 0 },
    };
    expect(messageOf(value)).toEqual([
      'config.json: 6 problems',
      'postgres.port: must be at least 1',
      'sources[0].tables[0].batch_size: must be at least 100',
      'snowflake: no way to log in: give rsa_key, password, token or authenticator',
      'postgres.host: is missing',
      'postgres.user: is missing',
      'sources[0].tables[0].chunking_column_types: has 1 types for the 2 columns of chunking_columns; give one for each',
    ]);
  });

  it('refuses a second source of the same name and a target that is emptied for two tables', () => {
    const value = exampleConfig();
    const again = { ...value.sources[0] };
    expect(messageOf({ ...value, sources: [...value.sources, again] }).slice(1)).toEqual([
      'sources[1].source_name: sales is the name of sources[0] already',
      'sources[1].tables[0].target: dwh.sales.orders is the target of sources[0].tables[0] already',
    ]);
  });

  it('lets two tables add to one target, unless they are the same table', () => {
    const append = { truncate_onstart: false };
    const one = exampleTable({ ...append, source: 'EU' });
    expect(() => parse(configWith([one, exampleTable({ ...append, source: 'US' })]))).not.toThrow();
    expect(() => parse(configWith([one, one]))).toThrow(/target of sources\[0\]\.tables\[0\]/);
  });
});

describe('exactly one way to log in', () => {
  const cases: readonly [Record<string, unknown>, string | undefined][] = [
    [{ user: 'U', password: 'x' }, undefined],
    [{ user: 'U', token: 'x' }, undefined],
    [{ token: 'x', authenticator: 'oauth' }, undefined],
    [{ user: 'U', authenticator: 'externalbrowser' }, undefined],
    [{ user: 'U', password: 'x', authenticator: 'https://acme.okta.com' }, undefined],
    [{ user: 'U', password: 'x', token: 'y' }, 'give one way to log in'],
    [{ user: 'U' }, 'no way to log in'],
    [{ user: 'U', authenticator: 'oauth' }, 'oauth logs in with token, which is missing'],
    [{ user: 'U', token: 'x', authenticator: 'externalbrowser' }, 'externalbrowser takes no token'],
    [{ password: 'x' }, 'snowflake.user: is missing'],
  ];
  it.each(cases)('%j → %s', (login, problem) => {
    const value = { ...exampleConfig(), snowflake: { account: 'A', ...login } };
    if (problem === undefined) expect(() => parse(value)).not.toThrow();
    else expect(() => parse(value)).toThrow(problem);
  });

  it('postgres: url or single keys', () => {
    const url = 'postgresql://u:secret-pw@h/db';
    expect(() => parse({ ...exampleConfig(), postgres: { url } })).not.toThrow();
    const both = { ...exampleConfig(), postgres: { url, host: 'h' } };
    expect(messageOf(both)).toEqual([
      'config.json: 1 problem',
      'postgres.host: stands in url already; give one of them',
    ]);
  });
});

describe('postgres.auth: rds_iam', () => {
  const iam = { host: 'h', user: 'u', auth: 'rds_iam' };
  const cases: readonly [Record<string, unknown>, string | undefined][] = [
    [iam, undefined],
    [{ ...iam, aws_region: 'eu-west-1', ssl: { mode: 'verify-ca' } }, undefined],
    [{ ...iam, password: 'x' }, 'postgres.password: auth: rds_iam takes no password'],
    [{ ...iam, ssl: { mode: 'prefer' } }, 'postgres.ssl.mode: auth: rds_iam needs TLS'],
    [{ host: 'h', user: 'u', aws_region: 'eu-west-1' }, 'postgres.aws_region: needs auth: rds_iam'],
  ];
  it.each(cases)('%j → %s', (postgres, problem) => {
    const value = { ...exampleConfig(), postgres };
    if (problem === undefined) expect(() => parse(value)).not.toThrow();
    else expect(() => parse(value)).toThrow(problem);
  });
});

describe('variables', () => {
  it('cannot break the syntax and may stand inside a string', () => {
    const value = exampleConfig();
    value.snowflake.password = '${PW}';
    value.postgres.host = 'db.${REGION}.example';
    const config = parse(value, { PW: '","user":"x', REGION: 'eu' });
    expect(config.snowflake.password?.reveal()).toBe('","user":"x');
    expect(config.postgres.host).toBe('db.eu.example');
  });

  it('P8: missing ones are all named, with their keys and with the other problems', () => {
    const value = configWith([exampleTable({ target: '${T1}' })], { batch_size: 1 });
    const postgres = { ...exampleConfig().postgres, password: '${T2}' };
    expect(() => parse({ ...value, postgres })).toThrow(
      expect.objectContaining({
        code: 'CONFIG.MISSING_VARIABLE',
        message: [
          'config.json: 3 problems',
          'postgres.password: the variable T2 is not set',
          'sources[0].tables[0].target: the variable T1 is not set',
          'batch_size: must be at least 100',
        ].join('\n'),
      }),
    );
  });

  it('give numbers and booleans where a key wants one', () => {
    const value = configWith([exampleTable({ enabled: '${ON}' })], { parallel_threads: '${N}' });
    const config = parse(value, { ON: 'false', N: '7' });
    expect(config.parallel_threads).toBe(7);
    expect(config.sources[0]?.tables[0]?.enabled).toBe(false);
    expect(() => parse(value, { ON: 'false', N: 'many' })).toThrow(
      'parallel_threads: expected number',
    );
    expect(() => parse(configWith([], { parallel_threads: '7' }))).toThrow('expected number');
  });

  it('in comments are not looked at', () => {
    expect(() => parse({ ...exampleConfig(), _note: '${NOBODY}' })).not.toThrow();
  });
});

describe('comments and nulls', () => {
  it('keys with _ or $ are comments at every level', () => {
    const value = configWith([exampleTable({ $why: 1, _x: { y: 2 } })], { $schema: './s.json' });
    expect(parse(value)).not.toHaveProperty('$schema');
    expect(parse(value).sources[0]?.tables[0]).not.toHaveProperty('_x');
  });

  it('P1: a column whose name begins with _ keeps its mapping', () => {
    const mapping = { _LOADED_AT: 'loaded_at' };
    const config = parse(configWith([exampleTable({ column_mapping: mapping })]));
    expect(config.sources[0]?.tables[0]?.column_mapping).toEqual(mapping);
  });

  it('null counts as not given', () => {
    const config = parse(configWith([exampleTable({ source_filter: null })], { batch_size: null }));
    expect(config.batch_size).toBe(25_000);
  });
});

function messageOf(value: unknown): readonly string[] {
  try {
    parse(value);
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  throw new Error('was expected to be refused');
}
