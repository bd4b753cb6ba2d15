import { generateKeyPairSync } from 'node:crypto';

import { startDemo, type Demo } from '@snowmelt/demo';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { configFile, snowmelt, type Ended } from './support/snowmelt.ts';

type Config = Record<string, unknown>;

describe('P8: bad input gives one clear message, exit 2, and changes nothing', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo({ tables: ['WEATHER'] });
  }, 120_000);

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]();
  });

  const snowflake = (changes: Config) => ({
    ...demo.config,
    snowflake: { ...(demo.config['snowflake'] as Config), ...changes },
  });
  const table = (changes: Config) => {
    const [source] = demo.config['sources'] as [Config];
    const [first] = source['tables'] as [Config];
    return { ...demo.config, sources: [{ ...source, tables: [{ ...first, ...changes }] }] };
  };

  it.each<[string, string, RegExp, () => unknown]>([
    ['broken JSON', 'CONFIG.SYNTAX', /config\.json:1:15/, () => '{"snowflake": '],
    [
      'an unknown key',
      'CONFIG.INVALID',
      /truncate_onstart/,
      () => table({ truncate_on_start: true }),
    ],
    ['a value out of range', 'CONFIG.INVALID', /batch_size/, () => table({ batch_size: 3 })],
    [
      'a missing variable',
      'CONFIG.MISSING_VARIABLE',
      /SNOWMELT_TEST_NOT_SET/,
      () => snowflake({ user: '${SNOWMELT_TEST_NOT_SET}' }),
    ],
    [
      'an account as it was pasted',
      'CONFIG.INVALID',
      /snowflake\.account: has blanks around it, .* write myorg-acc1/,
      () => snowflake({ account: ' myorg-acc1 ' }),
    ],
    [
      'an account that is an address',
      'CONFIG.INVALID',
      /snowflake\.account: is an address, .* write myorg-acc1/,
      () => snowflake({ account: 'https://myorg-acc1.snowflakecomputing.com' }),
    ],
    ['a PKCS#1 key', 'CONFIG.KEY_FORMAT', /PKCS/, () => snowflake({ rsa_key: pkcs1() })],
    [
      "another one's key",
      'SOURCE.AUTH_FAILED',
      /SNOWMELT|JWT/,
      () => snowflake({ rsa_key: pkcs8() }),
    ],
    [
      'a wrong password',
      'SOURCE.AUTH_FAILED',
      /assword/,
      () => snowflake({ rsa_key: undefined, password: 'not-the-password' }),
    ],
    [
      'an unreachable Snowflake',
      'SOURCE.UNREACHABLE',
      /127\.0\.0\.1/,
      () => snowflake({ access_url: 'http://127.0.0.1:9' }),
    ],
    [
      'an unreachable PostgreSQL',
      'TARGET.UNREACHABLE',
      /127\.0\.0\.1/,
      () => ({
        ...demo.config,
        postgres: { url: demo.databaseUrl.replace(/:\d+\//, ':9/') },
      }),
    ],
    [
      'a wrong PostgreSQL password',
      'TARGET.AUTH_FAILED',
      /password/,
      () => ({
        ...demo.config,
        postgres: { url: demo.databaseUrl.replace(/:[^:@/]+@/, ':wrong-one@') },
      }),
    ],
  ])('%s: %s', async (_name, code, mentions, make) => {
    await using config = await configFile(make());
    // The log tells it as an event as well.
    const ended = await snowmelt(['run', '--config', config.path, '--log-level', 'silent']);
    expectClear(ended, code);
    expect(ended.stderr).toMatch(mentions);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).not.toMatch(/not-the-password|wrong-one/);
    expect(await schemas()).toEqual(['public']);
  });

  it('a missing config: CONFIG.NOT_FOUND', async () => {
    expectClear(await snowmelt(['run', '--config', '/nowhere/config.json']), 'CONFIG.NOT_FOUND');
  });

  it('a missing table: SOURCE.TABLE_NOT_FOUND, and no target table', async () => {
    await using config = await configFile(table({ source: 'NO_SUCH_TABLE', target: 'no_such' }));
    const ended = await snowmelt(['run', '--config', config.path, '--log-level', 'silent']);
    expectClear(ended, 'SOURCE.TABLE_NOT_FOUND');
    expect(ended.stderr).toContain('NO_SUCH_TABLE');
    expect(await schemas()).not.toContain('vega');
  });

  it('--json has the same error on stdout, and nothing else', async () => {
    await using config = await configFile('{');
    const ended = await snowmelt(['run', '--config', config.path, '--json']);
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      error: { code: 'CONFIG.SYNTAX', fix: expect.stringMatching(/./) },
    });
  });

  async function schemas(): Promise<string[]> {
    const client = new pg.Client({ connectionString: demo.databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace
       WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`,
    );
    await client.end();
    return rows.map(({ name }) => name);
  }
});

function expectClear(ended: Ended, code: string): void {
  expect(ended.code, ended.stderr).toBe(2);
  expect(ended.stderr).toContain(code);
  expect(ended.stderr).toContain('Fix:');
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  expect(ended.stderr.split(code).length - 1, 'said once').toBe(1);
}

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

function pkcs1(): string {
  return pair().privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

function pkcs8(): string {
  return pair().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
