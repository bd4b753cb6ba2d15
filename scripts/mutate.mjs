/**
 * Takes each step out of the engine, one at a time, and runs the engine's tests: one of them must
 * fail. `node scripts/mutate.mjs [file …]`; without a file, the files that a table's way is made of.
 * Nothing is written: the tests load the file without the step.
 */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createVitest, parseAst } from 'vitest/node';

const root = fileURLToPath(new URL('..', import.meta.url));
const engine = 'packages/core/src/engine';
const way = [
  'run/run-migration',
  'table/run-table',
  'table/settle-snapshot',
  'table/plan-once',
  'table/plan-chunks',
  'table/load-chunks',
  'table/work-chunk',
  'table/reconcile',
  'table/verify-table',
];

/** What can go without leaving a name undeclared. */
const removable = /^(Expression|If|For|ForOf|While|Throw)Statement$/u;

function* statements(node, inFunction = false) {
  if (node === null || typeof node !== 'object') return;
  if (inFunction && removable.test(node.type)) yield node;
  const inside = inFunction || /Function/u.test(node.type ?? '');
  for (const child of Object.values(node)) {
    // An endless loop that waits for nothing would hang the tests instead of failing them.
    const waits = node.type === 'ForStatement' && node.test === null && child === node.body;
    yield* statements(
      waits ? child.body.filter(({ expression }) => !isAwait(expression)) : child,
      inside,
    );
  }
}

const isAwait = (expression) => expression?.type === 'AwaitExpression';

function mutantsOf(file) {
  const path = resolve(root, file);
  const text = readFileSync(path, 'utf8');
  return [...statements(parseAst(text, { lang: 'ts' }))].map(({ start, end }) => ({
    path,
    text: `${text.slice(0, start)};${text.slice(end)}`,
    place: `${relative(root, path)}:${text.slice(0, start).split('\n').length}`,
    step: text.slice(start, end).replaceAll(/\s+/gu, ' ').slice(0, 90),
  }));
}

let current;
const conditions = ['@snowmelt/source', 'node'];
const vitest = await createVitest(
  'test',
  {
    root: join(root, 'packages/core'),
    config: false,
    watch: false,
    include: ['test/engine/**/*.test.ts'],
    isolate: false,
    // It would hand out the file as it was before.
    fsModuleCache: false,
    bail: 1,
    // A run whose step is gone may wait for ever.
    testTimeout: 10_000,
    reporters: [{}],
  },
  {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        transform: (_, id) => (id === current?.path ? current.text : undefined),
      },
    ],
  },
);

/** The first test that fails without the step, or undefined where none does. */
async function killer(mutant, specifications) {
  for (const { path } of [current, mutant]) if (path !== undefined) vitest.invalidateFile(path);
  current = mutant;
  const { testModules } = await vitest.runTestSpecifications(specifications);
  for (const module of testModules) {
    const [failed] = module.children.allTests('failed');
    if (failed !== undefined) return `${module.relativeModuleId}: ${failed.fullName}`;
    if (!module.ok()) return `${module.relativeModuleId}: ${module.errors()[0]?.message}`;
  }
  return undefined;
}

/** Runs all tests as it is; gives the quick files and the slow ones, which are asked last. */
async function quickAndSlow() {
  const all = await vitest.globTestSpecifications();
  const unchanged = await killer({}, all);
  if (unchanged !== undefined) throw new Error(`a test fails as it is: ${unchanged}`);
  const seconds = ({ testModule }) => (testModule?.diagnostic().duration ?? 0) / 1000;
  const sorted = all.toSorted((a, b) => seconds(a) - seconds(b));
  const half = Math.ceil((sorted.length * 3) / 4);
  return [sorted.slice(0, half), sorted.slice(half)];
}

const named = process.argv.slice(2);
const files = named.length > 0 ? named : way.map((name) => `${engine}/${name}.ts`);
const mutants = files.flatMap(mutantsOf);
let unseen = 0;
current = {};
try {
  const [quick, slow] = await quickAndSlow();
  for (const mutant of mutants) {
    const test = (await killer(mutant, quick)) ?? (await killer(mutant, slow));
    unseen += test === undefined ? 1 : 0;
    console.log(`${test === undefined ? '✘' : '✔'} ${mutant.place}  ${mutant.step}`);
    if (test !== undefined) console.log(`    ${test}`);
  }
} finally {
  await vitest.close();
}
console.log(`${mutants.length} steps taken out, ${unseen} of them unseen`);
process.exitCode = unseen === 0 ? 0 : 1;
