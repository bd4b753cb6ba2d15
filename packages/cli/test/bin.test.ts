import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runBin } from './run-bin.ts';

const config = {
  snowflake: { account: 'ORG-ACC', user: 'LOADER', password: 'SECRET-SNOW' },
  postgres: { host: '127.0.0.1', port: 1, user: 'loader', password: '${PG_PASSWORD}' },
  sources: [
    {
      source_name: 'sales',
      source_sf_database: 'PROD',
      source_sf_schema: 'PUBLIC',
      target_pg_database: 'dwh',
      target_pg_schema: 'sales',
      tables: [{ source: 'ORDERS', target: 'orders', truncate_onstart: true }],
    },
  ],
};

let cwd = '';
const env = { PG_PASSWORD: 'SECRET-PG' };
const write = (name: string, value: unknown) =>
  writeFile(join(cwd, name), typeof value === 'string' ? value : JSON.stringify(value));

afterAll(() => rm(cwd, { recursive: true, force: true }));

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'snowmelt-bin-'));
  await write('config.json', config);
  await write('typo.json', { ...config, paralel_threads: 1 });
  await write('broken.json', '{\n  "snowflake": {,}\n}');
  await write('vars.env', 'PG_PASSWORD=SECRET-ENV\n');
});

describe('P8: each failure is one clear message, exit code 2, nothing on stdout', () => {
  it.each([
    [['run', '-c', 'none.json'], 'CONFIG.NOT_FOUND', 'none.json: there is no such file'],
    [['plan', '-c', 'broken.json'], 'CONFIG.SYNTAX', 'broken.json:2:17: expected a key'],
    [['check', '-c', 'typo.json'], 'CONFIG.INVALID', 'did you mean parallel_threads?'],
    [['run', '--table', 'NONE'], 'CONFIG.NO_SUCH_TABLE', 'there are sales/ORDERS'],
    [['run', '--env-file', 'none.env'], 'CONFIG.NOT_FOUND', 'none.env'],
    [['run', '--frobnicate'], 'CLI.USAGE', 'Nonexistent flag: --frobnicate'],
    [['frobnicate'], 'CLI.USAGE', 'there is no command frobnicate'],
    [['stauts'], 'CLI.USAGE', 'Did you mean `snowmelt status`?'],
    [['config', 'valdate'], 'CLI.USAGE', 'Did you mean `snowmelt config validate`?'],
    [['run', '--tabel', 'ORDERS'], 'CLI.USAGE', 'Did you mean --table?'],
    [['run', '--table', 'ORDRES'], 'CONFIG.NO_SUCH_TABLE', 'Did you mean ORDERS?'],
    [['run', '--source', 'slaes'], 'CONFIG.NO_SUCH_TABLE', 'Did you mean sales?'],
  ])('%j', async (argv, code, message) => {
    const ending = await runBin(argv, { cwd, env });
    expect(ending).toMatchObject({ code: 2, stdout: '' });
    expect(ending.stderr).toMatch(new RegExp(`^Error ${code}: `));
    expect(ending.stderr).toContain(message);
    expect(ending.stderr).toMatch(/^Fix: \S/m);
    expect(ending.stderr).not.toMatch(/^\s+at .*\.[jt]s:\d/m);
  });

  it('a missing variable names the key and the variable', async () => {
    const { code, stderr } = await runBin(['run'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('postgres.password: the variable PG_PASSWORD is not set');
  });

  it('--json gives the same as one document on stdout', async () => {
    for (const argv of [
      ['run', '--json', '-c', 'none.json'],
      ['run', '--json', '--nope'],
    ]) {
      const { code, stdout, stderr } = await runBin(argv, { cwd, env });
      expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
      expect(JSON.parse(stdout)).toEqual({
        error: {
          code: expect.stringMatching(/^CONFIG\.NOT_FOUND$|^CLI\.USAGE$/),
          message: expect.any(String),
          fix: expect.any(String),
          place: {},
        },
      });
    }
  });
});

describe('P8: a host that is not there', () => {
  it('is named by check, which looks at both sides', async () => {
    const port = await freePort();
    const snowflake = { ...config.snowflake, access_url: `http://127.0.0.1:${port}` };
    await write('away.json', { ...config, snowflake });
    const { code, stdout } = await runBin(['check', '--json', '-c', 'away.json'], { cwd, env });
    expect(code).toBe(2);
    const { checks } = JSON.parse(stdout);
    expect(checks).toEqual([
      expect.objectContaining({ name: 'snowflake', ok: false }),
      expect.objectContaining({ name: 'postgres dwh', ok: false }),
    ]);
    expect(checks[0].error.code).toBe('SOURCE.UNREACHABLE');
    expect(checks[1].error.code).toBe('TARGET.UNREACHABLE');
    expect(stdout).not.toContain('SECRET');
  }, 60_000);

  it('ends status', async () => {
    const { code, stderr } = await runBin(['status'], { cwd, env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Error STATUS\.UNREACHABLE: /);
    expect(stderr).not.toContain('SECRET');
  }, 60_000);
});

describe('P7: a terminal obeys nothing that a file, or a name in it, says', () => {
  const name = 'x\u001b]0;owned\u0007\u009b2J\u202e';
  const [source] = config.sources;
  const tables = [{ source: name, target: 'orders', truncate_onstart: true }];
  const hostile = { ...config, sources: [{ ...source, tables }] };

  it.each([
    [['config', 'validate'], { ...config, [name]: 1 }],
    [['config', 'validate', '--json'], { ...config, [name]: 1 }],
    [['config', 'validate', '--json'], hostile],
    [['config', 'show'], hostile],
    [['run', '--table', 'y\u001b[2J'], hostile],
  ])('%j', async (argv, value) => {
    await write('hostile.json', value);
    const { stdout, stderr } = await runBin([...argv, '-c', 'hostile.json'], { cwd, env });
    expect(stdout + stderr).toContain('\\u001b');
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    if (argv.includes('--json')) expect(JSON.parse(stdout)).toBeTypeOf('object');
  });
});

describe('config', () => {
  it('validate takes variables from a .env file', async () => {
    const ending = await runBin(['config', 'validate', '--env-file', 'vars.env'], { cwd });
    expect(ending).toEqual({ code: 0, stdout: 'config.json is valid: 1 table.\n', stderr: '' });
  });

  it('P7: show has *** in the place of secrets', async () => {
    const { code, stdout } = await runBin(['config', 'show', '--json'], { cwd, env });
    expect(code).toBe(0);
    expect(stdout).not.toContain('SECRET');
    expect(JSON.parse(stdout)).toMatchObject({ postgres: { password: '***', user: 'loader' } });
  });

  it('schema is a JSON Schema', async () => {
    const { stdout } = await runBin(['config', 'schema'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', title: 'Snowmelt configuration' });
  });
});

describe('P7: what is thrown where nobody can catch it', () => {
  it.each([
    // Put together there: the frames name this text's own address.
    ['a parser', `JSON.parse('["SECRET-' + 'ROW", ' + 'x'.repeat(1e5))`],
    ['a rejection', `Promise.reject({ row: 'SECRET-' + 'ROW' })`],
    ['a text', `(() => { throw 'SECRET-' + 'ROW'; })()`],
  ])('by %s ends with a code and a place, and shows no data', async (_, thrown) => {
    const preload = `process.on('newListener', (name) => {
      if (name === 'uncaughtException') setTimeout(() => ${thrown}, 1);
    });`;
    const { code, stderr } = await runBin(['check'], { cwd, env, preload });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error BUG: /mu);
    expect(stderr).not.toContain('SECRET-ROW');
    expect(stderr.length).toBeLessThan(3000);
  });
});

describe('start and help', () => {
  it.each([
    [['--version'], ['']],
    [['-V'], ['']],
    [['config', 'schema'], ['@snowmelt/core']],
  ])('%j loads no adapter, no driver and no other command', async (argv, expected) => {
    const preload = `
      import { registerHooks } from 'node:module';
      registerHooks({ resolve(name, context, next) {
        if (/^(?:@snowmelt\\/|snowflake-sdk|pg|log-update)/.test(name)) console.error(name);
        return next(name, context);
      } });`;
    const { code, stdout, stderr } = await runBin(argv, { preload });
    expect({ code, loaded: [...new Set(stderr.trim().split('\n'))] }).toEqual({
      code: 0,
      loaded: expected,
    });
    expect(stdout).toMatch(/\S/u);
  });

  it('help has examples and no colour where NO_COLOR says so', async () => {
    const { code, stdout } = await runBin(['run', '--help'], { env: { NO_COLOR: '1' } });
    expect(code).toBe(0);
    expect(stdout).toContain('$ snowmelt run -c config.json');
    expect(stdout).not.toContain('\u001b[');
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
