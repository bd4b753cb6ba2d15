// npm test: everything that must hold, and one line at the end that says how much of it does.
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { tryNode, tryNx } from './run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

/** One thing that either holds or does not; its output is shown only where it does not. */
function check(name, { status, output }) {
  const passed = status === 0;
  totals[passed ? 'passed' : 'failed'] += 1;
  console.log(`${passed ? '✔' : '✘'} ${name}`);
  if (!passed) {
    console.log(output);
    failures.push(`${name}\n${output.slice(-2000)}`);
  }
  return passed;
}

/** In CI nothing is taken from a cache: a run that is green has run. What is needed is built already. */
function runMany(target, ...flags) {
  const fresh = process.env.CI ? ['--skipNxCache'] : [];
  return tryNx(['run-many', '-t', target, '--excludeTaskDependencies', ...fresh, ...flags]);
}

/** Adds up what vitest wrote for each project; a suite that could not start counts as a failure. */
function addTests(target, lanes) {
  let failed = 0;
  for (const { name, file } of resultFiles(target)) {
    if (!existsSync(file)) continue;
    const result = JSON.parse(readFileSync(file, 'utf8'));
    const broken = result.testResults.flatMap(failuresOf);
    totals.passed += result.numPassedTests;
    totals.skipped += result.numPendingTests + result.numTodoTests;
    failed += broken.length;
    failures.push(...broken);
    console.log(`  ${name}: ${result.numPassedTests} passed, ${broken.length} failed`);
  }
  const ended = lanes.filter(({ status }) => status !== 0);
  if (ended.length > 0 && failed === 0) {
    failed = 1;
    failures.push(...ended.map(({ output }) => lastWords(output)));
  }
  totals.failed += failed;
  console.log(`${failed === 0 ? '✔' : '✘'} ${target}`);
  for (const { output } of ended) console.log(output);
}

/** The failures of a file, each with its first words: they stand at the end of what is printed. */
function failuresOf({ name, status, message, assertionResults }) {
  const place = relative(root, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (status === 'failed' && assertionResults.length === 0) return [`${place}\n${message}`];
  return failed.map(({ fullName, failureMessages }) => {
    const words = failureMessages.join('\n').slice(0, 2000);
    return `${place} > ${fullName}\n${words}`;
  });
}

/** Where each test passed and the runner failed all the same: what it said of that. */
function lastWords(output) {
  const lines = output.split('\n');
  const from = lines.findIndex((line) => line.includes('Unhandled Error'));
  return (from < 0 ? lines.slice(-60) : lines.slice(from, from + 60)).join('\n');
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

async function look() {
  check('generated files', await tryNode('scripts/generate.mjs', '--check'));
  const prettier = 'node_modules/prettier/bin/prettier.cjs';
  check('format', await tryNode(prettier, '--check', '--log-level=warn', '.'));
  check('folders', await tryNode('scripts/check-folders.mjs'));
  check('pages', await tryNode('scripts/check-pages.mjs'));
  check('way of a row', await tryNode('scripts/check-way.mjs'));
}

async function build() {
  const built = check('build', await tryNx(['run-many', '-t', 'build']));
  if (built) check('packages', await tryNode('scripts/check-packages.mjs'));
  return built;
}

/** Half of the time a test waits, for a server or a process of its own: so they run beside each other. */
async function test() {
  const longest = 'target-postgres';
  const [one, others, e2e] = await Promise.all([
    runMany('test', '-p', longest),
    runMany('test', '--exclude', longest, '--parallel=1'),
    runMany('e2e'),
  ]);
  addTests('test', [one, others]);
  addTests('e2e', [e2e]);
}

const [built] = await Promise.all([build(), look()]);
check('typecheck', await runMany('typecheck'));
check('lint', await runMany('lint'));
if (built) await test();

for (const failure of failures) console.log(`\n✘ ${failure}`);
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 ? 0 : 1;
