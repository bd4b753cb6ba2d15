import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  createLogger,
  formatJson,
  formatLogfmt,
  parseConfig,
  redact,
  Secret,
  SnowmeltError,
} from '../../src/index.ts';
import { exampleConfig } from '../config/example.ts';
import { schemaKeys } from '../config/whole-config.ts';

/** A value of each way of printing that there is. */
function prints(value: unknown): readonly string[] {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(chunk.toString());
      done();
    },
  });
  new Console(stream).log('%s %o %j', value, value, value, value);
  new Console(stream).table([value]);
  const log = createLogger('debug', (entry) => {
    written.push(formatJson(entry), formatLogfmt(entry));
  });
  log.info('event', { value, inner: { value }, text: String(value) });
  return [
    ...written,
    String(value),
    `of ${value as string}`,
    ['', value].join(''),
    JSON.stringify({ value }) ?? '',
    format('%s %d %O', value, value, value),
    inspect(value, { depth: 20, showHidden: true, getters: true, customInspect: false }),
    inspect(new Error('failed', { cause: value }), { depth: 20 }),
    inspect(new SnowmeltError('CONFIG.INVALID', `of ${String(value)}`, { cause: value })),
    inspect({ ...(value as object) }, { showHidden: true }),
    inspect(structuredClone(plainOf(value))),
  ];
}

/** What a message to a worker thread may hold: nothing that has methods. */
function plainOf(value: unknown): unknown {
  return value instanceof Secret
    ? Object.fromEntries(Object.entries(value))
    : JSON.parse(JSON.stringify(value));
}

const secrets = fc
  .string({ minLength: 6, unit: 'grapheme-ascii' })
  .filter((text) => text.trim().length > 5 && !'***'.includes(text));

describe('P7: a secret', () => {
  it('is in nothing that is printed of it, and is what it was', () => {
    fc.assert(
      fc.property(secrets, (text) => {
        const secret = new Secret(`s-${text}-s`);
        for (const print of prints(secret)) expect(print).not.toContain(`s-${text}-s`);
        expect(secret.reveal()).toBe(`s-${text}-s`);
      }),
      { numRuns: 50 },
    );
  });
});

/** Each way to log in, with every key of the schema that is a secret in one of them. */
const logins = {
  password: { password: 1, proxy: 1 },
  token: { token: 1 },
  key: { rsa_key: 1, rsa_key_passphrase: 1 },
  oauth: {
    authenticator: 'oauth_client_credentials',
    oauth_client_id: 'c',
    oauth_client_secret: 1,
    oauth_token_request_url: 'https://idp.example.com/token',
  },
} as const;
const servers = {
  keys: { host: 'h', user: 'u', password: 1, ssl: { cert: 'c', key: 1 } },
  url: { url: 1 },
} as const;

const marked = schemaKeys().flatMap(([path, node]) => (node.secret === true ? [path] : []));
/** Addresses that let in whoever has them. */
const elsewhere = marked.filter((path) => !/^(?:snowflake|postgres)\./u.test(path));

describe('P7: secrets of a configuration', () => {
  it('are all the keys that the schema marks', () => {
    const used = [
      ...Object.values(logins).flatMap((login) => secretPaths('snowflake', login)),
      ...Object.values(servers).flatMap((server) => secretPaths('postgres', server)),
      ...elsewhere,
    ];
    expect(new Set(used)).toEqual(new Set(marked));
  });

  it('are in nothing that is printed of it, nor in an error about it', () => {
    const ways = fc.constantFrom(...(Object.keys(logins) as (keyof typeof logins)[]));
    const targets = fc.constantFrom(...(Object.keys(servers) as (keyof typeof servers)[]));
    const faults = fc.constantFrom('none', 'unknown', 'type', 'enum', 'twice', 'missing');
    fc.assert(
      fc.property(
        ways,
        targets,
        fc.uuid(),
        faults,
        fc.constantFrom('json', 'yaml'),
        (...[way, target, id, fault, format]) => {
          const value = {
            ...exampleConfig(),
            ...addresses(id),
            snowflake: { account: 'A', user: 'U', ...(fill(logins[way], id) as object) },
            postgres: fill(servers[target], id) as Record<string, unknown>,
            ...(fault === 'unknown' ? { passwort: id } : {}),
            ...(fault === 'type' ? { parallel_threads: id } : {}),
            ...(fault === 'enum' ? { verify: id } : {}),
          };
          if (fault === 'twice')
            Object.assign(value.postgres, { url: `postgres://u:${id}@h/d`, password: id });
          if (fault === 'missing') Object.assign(value.snowflake, { password: ['${X}', id] });
          try {
            const config = parseConfig(JSON.stringify(value), { env: {}, format });
            expect(fault).toBe('none');
            for (const print of [...prints(config), ...prints(redact(config))]) {
              expect(print).not.toContain(id);
            }
          } catch (error) {
            if (!(error instanceof SnowmeltError) || fault === 'none') throw error;
            expect(inspect(error, { depth: 20 })).not.toContain(id);
            expect(error.message + error.fix).not.toContain(id);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** A value at each of these paths of two words. */
function addresses(id: string): Record<string, Record<string, string>> {
  const grouped = Map.groupBy(elsewhere, (path) => path.split('.')[0] ?? '');
  const address = `https://hooks.example.com/services/${id}`;
  return Object.fromEntries(
    Array.from(grouped, ([section, paths]) => [
      section,
      Object.fromEntries(paths.map((path) => [path.slice(section.length + 1), address])),
    ]),
  );
}

function secretPaths(prefix: string, value: object): readonly string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    if (typeof inner === 'object') return secretPaths(`${prefix}.${key}`, inner as object);
    return inner === 1 ? [`${prefix}.${key}`] : [];
  });
}

function fill(value: unknown, id: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      inner === 1 ? secretOf(key, id) : fill(inner, id),
    ]),
  );
}

function secretOf(key: string, id: string): string {
  if (key === 'proxy') return `http://me:${id}@proxy:1`;
  return key === 'url' ? `postgresql://u:${id}@h/d` : id;
}
