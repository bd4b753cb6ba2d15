import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../src/index.ts';
import { exampleConfig } from './example.ts';

const parse = (settings: Record<string, unknown>) => {
  const example = exampleConfig();
  const value = { ...example, postgres: { ...example.postgres, settings } };
  return parseConfig(JSON.stringify(value), { env: {}, path: 'config.json' });
};

describe('postgres.settings', () => {
  it.each([
    { lock_timeout_seconds: 0, statement_timeout_seconds: 3600, connect_timeout_seconds: 1 },
    { maintenance_work_mem: '512MB', synchronous_commit: 'local' },
    { maintenance_work_mem: '2GB' },
  ])('takes %j', (settings) => {
    expect(parse(settings).postgres.settings).toEqual(settings);
  });

  it.each([
    { lock_timeout_seconds: -1 },
    { statement_timeout_seconds: 1.5 },
    { connect_timeout_seconds: 0 },
    { maintenance_work_mem: "1GB'; DROP TABLE t; --" },
    { maintenance_work_mem: 512 },
    { synchronous_commit: 'sometimes' },
  ])('P8: refuses %j and names the key', (settings) => {
    const [key] = Object.keys(settings);
    expect(() => parse(settings)).toThrow(`postgres.settings.${key}`);
  });
});
