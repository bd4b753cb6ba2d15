// npm test: everything that must hold, and one line at the end that says how much of it does.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { tryNx } from './run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const totals = { passed: 0, failed: 0, skipped: 0 };

/** One thing that either holds or does not; its output is shown only where it does not. */
function check(name, { status, output }) {
  const passed = status === 0;
  totals[passed ? 'passed' : 'failed'] += 1;
  console.log(`${passed ? '✔' : '✘'} ${name}`);
  if (!passed) console.log(output);
  return passed;
}

/** In CI nothing is taken from a cache: a run that is green has run. What is needed is built already. */
function runMany(target, ...flags) {
  const fresh = process.env.CI ? ['--skipNxCache'] : [];
  return tryNx(['run-many', '-t', target, '--excludeTaskDependencies', ...fresh, ...flags]);
}

function node(script, ...args) {
  const child = spawnSync(process.execPath, [join(root, script), ...args], { encoding: 'utf8' });
  return { status: child.status ?? 1, output: `${child.stdout}${child.stderr}` };
}

/** Adds up what vitest wrote for each project; a suite that could not start counts as a failure. */
function addTests(target, { status, output }) {
  let failed = 0;
  for (const { name, file } of resultFiles(target)) {
    if (!existsSync(file)) continue;
    const result = JSON.parse(readFileSync(file, 'utf8'));
    const brokenSuites = result.testResults.filter(
      (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
    ).length;
    totals.passed += result.numPassedTests;
    totals.skipped += result.numPendingTests + result.numTodoTests;
    failed += result.numFailedTests + brokenSuites;
    console.log(
      `  ${name}: ${result.numPassedTests} passed, ${result.numFailedTests + brokenSuites} failed`,
    );
  }
  if (status !== 0 && failed === 0) failed = 1;
  totals.failed += failed;
  console.log(`${failed === 0 ? '✔' : '✘'} ${target}`);
  if (failed > 0) console.log(output);
}

function resultFiles(target) {
  const inside = (folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  const folders = [...inside('packages'), ...inside('examples'), 'e2e'];
  return folders
    .map((folder) => ({ folder, file: join(root, folder, '.results', 'vitest.json') }))
    .filter(({ folder }) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      return manifest.scripts?.[target] !== undefined;
    })
    .map(({ folder, file }) => ({ name: folder, file }));
}

for (const target of ['test', 'e2e']) {
  for (const { file } of resultFiles(target))
    rmSync(dirname(file), { recursive: true, force: true });
}

check('generated files', node('scripts/generate.mjs', '--check'));
check('format', node('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'));
check('folders', node('scripts/check-folders.mjs'));
check('pages', node('scripts/check-pages.mjs'));
check('way of a row', node('scripts/check-way.mjs'));
const built = check('build', tryNx(['run-many', '-t', 'build']));
if (built) check('packages', node('scripts/check-packages.mjs'));
check('typecheck', runMany('typecheck'));
check('lint', runMany('lint'));
if (built) {
  addTests('test', runMany('test', '--parallel=2'));
  addTests('e2e', runMany('e2e', '--parallel=1'));
}

const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 ? 0 : 1;
