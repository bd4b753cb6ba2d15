// Runs the engine's tests for `mutate.mjs`, with another text in place of one file, as often as asked.
import { fileURLToPath } from 'node:url';

import { createVitest } from 'vitest/node';

let current = {};
const conditions = ['@snowmelt/source', 'node'];
const vitest = await createVitest(
  'test',
  {
    root: fileURLToPath(new URL('../../packages/core', import.meta.url)),
    config: false,
    watch: false,
    include: ['test/engine/**/*.test.ts'],
    // It measures memory, for longer than all others take.
    exclude: ['**/many-tables.test.ts'],
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
        transform: (_, id) => (id === current.path ? current.text : undefined),
      },
    ],
  },
);

/** The first test that fails, or undefined. */
async function failing(specifications) {
  const { testModules } = await vitest.runTestSpecifications(specifications);
  for (const module of testModules) {
    const [failed] = module.children.allTests('failed');
    if (failed !== undefined) return `${module.relativeModuleId}: ${failed.fullName}`;
    if (!module.ok()) return `${module.relativeModuleId}: ${module.errors()[0]?.message}`;
  }
  return undefined;
}

/** Those that were slow the last time are asked last: most steps are missed by a quick one. */
async function quickAndSlow() {
  const all = await vitest.globTestSpecifications();
  const spent = ({ testModule }) => testModule?.diagnostic().duration ?? 0;
  const sorted = all.toSorted((a, b) => spent(a) - spent(b));
  const slow = Math.ceil(sorted.length / 4);
  return [sorted.slice(0, -slow), sorted.slice(-slow)];
}

process.on('message', async ({ path, text }) => {
  for (const file of [current.path, path]) if (file !== undefined) vitest.invalidateFile(file);
  current = { path, text };
  const [quick, slow] = await quickAndSlow();
  process.send({ test: (await failing(quick)) ?? (await failing(slow)) });
});
