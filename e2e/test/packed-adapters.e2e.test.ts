import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = ['sqlite-target', 'folder-source'];

/** As docs/guides/adapter.md says it. */
const tsconfig = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'esnext.array', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  },
  include: examples,
};

describe('the examples, with the packages as they are published', () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'snowmelt-adapters-'));
    const tarballs = join(project, 'tarballs');
    await mkdir(tarballs);
    const flags = ['--silent', '--ignore-scripts', '--pack-destination', tarballs];
    for (const name of ['core', 'testkit']) {
      await exec('npm', ['pack', ...flags, join(root, 'packages', name)]);
    }
    const packed = (await readdir(tarballs)).map((file): [string, string] => [
      `@snowmelt/${file.replace(/^snowmelt-(.*)-\d.*$/u, '$1')}`,
      `file:tarballs/${file}`,
    ]);
    const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const tools = ['vitest', 'typescript', '@types/node'].map((name) => [
      name,
      devDependencies[name],
    ]);
    const dependencies = Object.fromEntries([...packed, ...tools]) as Record<string, string>;
    const manifest = { private: true, type: 'module', dependencies };
    await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(tsconfig));
    for (const example of examples) {
      for (const part of ['src', 'test']) {
        const from = join(root, 'examples', example, part);
        await cp(from, join(project, example, part), { recursive: true });
      }
    }
    await exec('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: project });
  }, 300_000);
  afterAll(async () => {
    if (project !== undefined) await rm(project, { recursive: true, force: true });
  });

  const run = (tool: string, ...args: string[]) =>
    exec(process.execPath, [join(project, 'node_modules', tool), ...args], { cwd: project });

  it('type-check, and import public entries only', async () => {
    expect((await run('typescript/bin/tsc')).stdout).toBe('');
    for (const example of examples) {
      const files = await readdir(join(project, example), { recursive: true });
      for (const file of files.filter((name) => name.endsWith('.ts'))) {
        const text = await readFile(join(project, example, file), 'utf8');
        for (const [, from = ''] of text.matchAll(/ from '([^']+)'/gu)) {
          expect(from, file).toMatch(
            /^(?:node:|vitest$|\.\.?\/|@snowmelt\/core\/contract$|@snowmelt\/testkit\/\w+$)/u,
          );
        }
      }
    }
  }, 120_000);

  it('pass their suites', async () => {
    const results = join(project, 'results.json');
    await run('vitest/vitest.mjs', 'run', '--reporter=json', `--outputFile=${results}`);
    const result = JSON.parse(await readFile(results, 'utf8')) as Record<string, number>;
    expect(result['numFailedTests']).toBe(0);
    expect(result['numPassedTests']).toBeGreaterThan(70);
  }, 120_000);
});
