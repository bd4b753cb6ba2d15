import { describe, expect, it } from 'vitest';

import {
  configJsonSchema,
  configWarnings,
  parseConfig,
  redact,
  statusDatabase,
} from '../../src/index.ts';
import { exampleConfig } from './example.ts';

const parse = (value: unknown) => parseConfig(JSON.stringify(value), { env: {}, format: 'json' });

describe('P7: redact', () => {
  it('leaves no secret of any login in the copy', () => {
    const logins = [
      { password: 'SECRET-1' },
      { rsa_key: 'SECRET-2', rsa_key_passphrase: 'SECRET-3' },
      { token: 'SECRET-4' },
      { password: 'SECRET-8', proxy: 'http://me:SECRET-9@proxy:1' },
      {
        authenticator: 'oauth_client_credentials',
        oauth_client_id: 'c',
        oauth_client_secret: 'SECRET-10',
        oauth_token_request_url: 'https://idp.example.com/token',
      },
    ];
    const servers = [
      { host: 'h', user: 'u', password: 'SECRET-5', ssl: { cert: 'c', key: 'SECRET-6' } },
      { url: 'postgresql://u:SECRET-7@h/d' },
    ];
    for (const login of logins) {
      for (const postgres of servers) {
        const config = parse({
          ...exampleConfig(),
          snowflake: { account: 'A', user: 'U', ...login },
          postgres,
        });
        const copy = redact(config);
        expect(JSON.stringify(copy)).not.toContain('SECRET');
        expect(copy.snowflake.account).toBe('A');
        expect(copy.sources).toEqual(config.sources);
      }
    }
  });
});

describe('P7: a user and a password in a URL that is no secret', () => {
  it.each([
    ['access_url', 'https://me:SECRET-1@h.example.com/p', 'https://***@h.example.com/p'],
    ['authenticator', 'https://me:SEC@RET-2@x.okta.com', 'https://***@x.okta.com'],
    [
      'warehouse',
      'of HTTPS://SECRET-3@h and ftp://b:SECRET-4@i',
      'of HTTPS://***@h and ftp://***@i',
    ],
    ['access_url', 'https://h.example.com/a@b', 'https://h.example.com/a@b'],
  ])('%s %s is shown without them', (key, written, shown) => {
    const snowflake = { account: 'A', user: 'U', password: 'x', [key]: written };
    const copy = redact(parse({ ...exampleConfig(), snowflake }));
    expect(copy.snowflake).toMatchObject({ [key]: shown });
  });
});

describe('configJsonSchema', () => {
  it('describes every key, and lets comments be', () => {
    const missing: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const {
        properties = {},
        items,
        description,
      } = node as Record<string, Record<string, unknown>>;
      if (path !== '' && !path.endsWith('[]') && description === undefined) missing.push(path);
      for (const [key, inner] of Object.entries(properties)) walk(inner, `${path}.${key}`);
      if (Object.keys(properties).length > 0) {
        expect(node).toMatchObject({ patternProperties: { '^[_$]': {} } });
      }
      if (items !== undefined && 'properties' in items) walk(items, `${path}[]`);
    };
    const schema = configJsonSchema();
    walk(schema, '');
    expect(missing).toEqual([]);
    expect(schema).toMatchObject({ required: ['snowflake', 'postgres', 'sources'] });
  });
});

describe('configWarnings', () => {
  it('speaks of more than 20 threads', () => {
    expect(configWarnings(parse({ ...exampleConfig(), parallel_threads: 20 }))).toEqual([]);
    expect(configWarnings(parse({ ...exampleConfig(), parallel_threads: 21 }))).toEqual([
      'parallel_threads: 21 chunks in flight take 21 connections to PostgreSQL',
    ]);
  });
});

describe('statusDatabase', () => {
  it('is the one that is named, else the first target database in use', () => {
    const [source] = exampleConfig().sources;
    const sources = [
      { ...source, enabled: false, target_pg_database: 'off' },
      { ...source, source_name: 'b', target_pg_database: '"On"' },
    ];
    expect(statusDatabase(parse({ ...exampleConfig(), sources }))).toBe('On');
    const named = { ...exampleConfig(), sources, status_tracking_database: 'ops' };
    expect(statusDatabase(parse(named))).toBe('ops');
  });
});
