import { describe, expect, it } from 'vitest';

import { configLimits } from '../../src/config/check-size.ts';
import { parseConfig } from '../../src/index.ts';
import { exampleConfig } from './example.ts';

const bomb = Array.from({ length: 12 }, (_, level) =>
  level === 0
    ? 'a0: &a0 [x, x]'
    : `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join()}]`,
).join('\n');
/** Each alias counts once there, whatever it stands for. */
const wide = [
  `a: &a [${Array(10_000).fill('x').join()}]`,
  ...Array.from({ length: 200 }, (_, index) => `b${index}: *a`),
].join('\n');
const account = (value: string) => JSON.stringify({ snowflake: { account: value } });

describe('P8: a file that is made to be too much is an error of the configuration', () => {
  it.each<[string, string, 'json' | 'yaml', string]>([
    ['deep JSON', '['.repeat(200_000), 'json', 'is nested more than 50 levels deep'],
    ['deep flow YAML', '['.repeat(5000) + ']'.repeat(5000), 'yaml', 'is nested more than 50'],
    [
      'deep block YAML',
      Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:`).join('\n') + ' b',
      'yaml',
      'is nested more than 50',
    ],
    ['aliases of aliases', bomb, 'yaml', 'aliases (*) stand for more than 1000 values'],
    ['aliases of much', wide, 'yaml', 'has more than 1000000 values'],
    ['an alias of what it stands in', 'a: &a [*a]', 'yaml', 'is nested more than 50'],
    ['a long file', account('x'.repeat(configLimits.text)), 'json', 'more than 10000000'],
    [
      'a long value',
      account('x'.repeat(200_000)),
      'json',
      'snowflake.account has more than 100000',
    ],
    ['a long key', `{"${'k'.repeat(2000)}": 1}`, 'json', 'the file has a key of more than 1000'],
    [
      'many keys',
      JSON.stringify(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, 1]))),
      'json',
      'the file has more than 10000 keys',
    ],
    ['__proto__', '{"__proto__": {"snowflake": 1}}', 'json', 'the file has the key __proto__'],
    [
      '__proto__ within',
      'snowflake:\n  __proto__: {x: 1}',
      'yaml',
      'snowflake has the key __proto__',
    ],
  ])('%s', (_, text, format, problem) => {
    expect(() => parseConfig(text, { env: {}, format })).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^CONFIG\.(?:INVALID|SYNTAX)$/u) as string,
        message: expect.stringContaining(problem) as string,
      }),
    );
    expect({}).not.toHaveProperty('snowflake');
  });

  it('so is a variable that is', () => {
    const config = { ...exampleConfig(), query_tag: '${TAG}' };
    const env = { TAG: 'x'.repeat(200_000) };
    expect(() => parseConfig(JSON.stringify(config), { env, format: 'json' })).toThrow(
      'query_tag has more than 100000 characters',
    );
  });

  it('and what is wrong in more than 100 places is told of the first, and counted', () => {
    const keys = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`key${index}`, 1]));
    const text = JSON.stringify({ ...exampleConfig(), ...keys });
    try {
      parseConfig(text, { env: {}, format: 'json' });
      expect.unreachable();
    } catch (error) {
      const lines = (error as Error).message.split('\n');
      expect(lines[0]).toBe('configuration: 900 problems');
      expect(lines).toHaveLength(102);
      expect(lines.at(-1)).toBe('and 800 more');
    }
  });

  it('names that every object has are names of columns like others', () => {
    const [source] = exampleConfig().sources;
    const [table] = source?.tables ?? [];
    const mapping = { constructor: 'a', toString: 'b' };
    const sources = [{ ...source, tables: [{ ...table, column_mapping: mapping }] }];
    const text = JSON.stringify({ ...exampleConfig(), sources });
    const config = parseConfig(text, { env: {}, format: 'json' });
    expect(config.sources[0]?.tables[0]?.column_mapping).toEqual(mapping);
  });
});
