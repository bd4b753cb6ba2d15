/**
 * Takes each step out of the engine, one at a time, and runs the engine's tests: one of them must
 * fail. `node scripts/mutate/mutate.mjs [file …]`; without a file, those that a table's way is made of.
 * Nothing is written: the tests load the file without the step.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseAst } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));
const way = [
  'run/run-migration',
  'table/run-table',
  'table/settle-snapshot',
  'table/plan-once',
  'table/plan-chunks',
  'table/load-chunks',
  'table/work-chunk',
  'table/keep-lease',
  'table/reconcile',
  'table/verify-table',
].map((step) => `packages/core/src/engine/${step}.ts`);

/** What can go without leaving a name undeclared. */
const removable = /^(Expression|If|For|ForOf|While|Throw)Statement$/u;

function* statements(node, inFunction = false) {
  if (node === null || typeof node !== 'object') return;
  if (inFunction && removable.test(node.type)) yield node;
  const inside = inFunction || /Function/u.test(node.type ?? '');
  for (const child of Object.values(node)) yield* statements(child, inside);
}

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

/** Without a step a loop may never end, and no timeout of a test can fire: the process is ended. */
const patience = 120_000;

class Tests {
  /** In a process group of its own, with the workers that it starts. */
  #child = fork(new URL('run-tests.mjs', import.meta.url), { detached: true });

  /** The test that fails with this text in place of the file's, or undefined. */
  async without({ path, text }) {
    this.#child.send({ path, text });
    const signal = AbortSignal.timeout(patience);
    const answer = await once(this.#child, 'message', { signal }).catch(() => undefined);
    if (answer !== undefined) return answer[0].test;
    this.end();
    this.#child = fork(new URL('run-tests.mjs', import.meta.url), { detached: true });
    return 'it never ends';
  }

  end() {
    process.kill(-this.#child.pid, 'SIGKILL');
  }
}

const named = process.argv.slice(2);
const mutants = (named.length > 0 ? named : way).flatMap(mutantsOf);
const tests = new Tests();
let unseen = 0;
try {
  const unchanged = await tests.without({});
  if (unchanged !== undefined) throw new Error(`a test fails as it is: ${unchanged}`);
  for (const mutant of mutants) {
    const test = await tests.without(mutant);
    unseen += test === undefined ? 1 : 0;
    console.log(`${test === undefined ? '✘' : '✔'} ${mutant.place}  ${mutant.step}`);
    if (test !== undefined) console.log(`    ${test}`);
  }
} finally {
  tests.end();
}
console.log(`${mutants.length} steps taken out, ${unseen} of them unseen`);
process.exitCode = unseen === 0 ? 0 : 1;
