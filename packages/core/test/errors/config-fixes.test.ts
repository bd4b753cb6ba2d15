import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  isSnowmeltError,
  loadConfig,
  loadEnvFile,
  resolveTables,
  type Environment,
  type SnowmeltError,
} from '../../src/index.ts';
import { configWith, exampleConfig, exampleTable } from '../config/example.ts';

describe('fixes: a configuration that is refused is taken once its fix is followed', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-fixes-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function load(text: string, env: Environment = {}) {
    const path = join(folder, 'config.json');
    await writeFile(path, text);
    return loadConfig(path, { env });
  }

  async function refusal(work: () => Promise<unknown>): Promise<SnowmeltError> {
    try {
      await work();
    } catch (error) {
      if (isSnowmeltError(error)) return error;
      throw error;
    }
    throw new Error('it was taken');
  }

  const good = JSON.stringify(exampleConfig(), undefined, 1);

  it('CONFIG.NOT_FOUND: the path of a file that is there', async () => {
    const path = join(folder, 'other.json');
    const error = await refusal(() => loadConfig(path, { env: {} }));
    expect(error).toMatchObject({
      code: 'CONFIG.NOT_FOUND',
      fix: expect.stringContaining('--config') as string,
    });
    await writeFile(path, good);
    await loadConfig(path, { env: {} });
  });

  it('CONFIG.SYNTAX: the place that the message names is corrected', async () => {
    const lines = good.split('\n');
    const broken = [...lines.slice(0, 4), lines[4]?.replace('"', ''), ...lines.slice(5)];
    const error = await refusal(() => load(broken.join('\n')));
    expect(error.code).toBe('CONFIG.SYNTAX');
    const line = Number(/config\.json:(\d+):\d+/.exec(error.message)?.[1]);
    expect(line).toBe(5);
    broken[line - 1] = lines[line - 1];
    await load(broken.join('\n'));
  });

  it('CONFIG.INVALID: each key that the message names is corrected', async () => {
    const table = exampleTable({ truncate_on_start: true, batch_size: 3 });
    const error = await refusal(() => load(JSON.stringify(configWith([table]))));
    expect(error.code).toBe('CONFIG.INVALID');
    expect(error.message).toMatch(/truncate_on_start/);
    expect(error.message).toMatch(/batch_size/);
    const { truncate_on_start: _, ...rest } = table;
    await load(JSON.stringify(configWith([{ ...rest, batch_size: 300 }])));
  });

  it('CONFIG.MISSING_VARIABLE: set, or read with --env-file', async () => {
    const text = good.replace('pw-pg', '${SNOWMELT_FIX_TEST}');
    const error = await refusal(() => load(text));
    expect(error.code).toBe('CONFIG.MISSING_VARIABLE');
    const name = /SNOWMELT_\w+/.exec(error.message)?.[0] ?? '';
    await load(text, { [name]: 'x' });
    await writeFile(join(folder, '.env'), `${name}=x\n`);
    await load(text, await loadEnvFile(join(folder, '.env')));
  });

  it('CONFIG.NO_SUCH_TABLE: a name that the message lists', async () => {
    const config = await load(good);
    const error = await refusal(async () => resolveTables(config, { tables: ['NONE'] }));
    expect(error.code).toBe('CONFIG.NO_SUCH_TABLE');
    const listed = /there are (\S+)/.exec(error.message)?.[1] ?? '';
    expect(resolveTables(config, { tables: [listed.split('/').at(-1) ?? ''] })).toHaveLength(1);
  });

  it('CONFIG.KEY_FORMAT: the printed openssl lines make a key that is taken', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const written = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    await writeFile(join(folder, 'old.pem'), written);
    const withKey = (rsa_key: string) => {
      const { password: _, ...snowflake } = exampleConfig().snowflake;
      return JSON.stringify({ ...exampleConfig(), snowflake: { ...snowflake, rsa_key } });
    };
    const run = (line: string | undefined) =>
      execFileSync('sh', ['-c', line ?? 'false'], { cwd: folder, stdio: 'pipe' });
    const converts = await refusal(() => load(withKey('./old.pem')));
    expect(converts.code).toBe('CONFIG.KEY_FORMAT');
    run(/openssl [^;`]*/.exec(converts.fix)?.[0]);
    await load(withKey('./rsa_key.p8'));
    await rm(join(folder, 'rsa_key.p8'));
    await writeFile(join(folder, 'old.pem'), 'no key at all');
    const none = await refusal(() => load(withKey('./old.pem')));
    expect(none.code).toBe('CONFIG.KEY_FORMAT');
    run(/`(openssl genrsa[^`]*)`/.exec(none.fix)?.[1]);
    await load(withKey('./rsa_key.p8'));
    expect(String(run(/`(openssl rsa [^`]*)`/.exec(none.fix)?.[1]))).toContain('PUBLIC KEY');
  });
});
