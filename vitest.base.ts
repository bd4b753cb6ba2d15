import { fileURLToPath } from 'node:url';

import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The test projects of a package, by what their tests need. */
export type ProjectName = 'unit' | 'pg' | 'pg14' | 'e2e';

const include: Record<ProjectName, string[]> = {
  unit: ['test/**/*.test.ts'],
  pg: ['test/**/*.pg.test.ts'],
  // On the oldest PostgreSQL: what COPY, the ledger and unique keys rest on.
  pg14: ['test/**/{conformance,load,upsert,hostile-text,planted-names}.pg.test.ts'],
  e2e: ['test/**/*.e2e.test.ts'],
};

/** Files of e2e that take minutes, the longest first. */
const longest = ['chaos', 'lambda', 'value-policies', 'changes', 'packed', 'late-commits'];

/** A long file that begins last runs alone; where no times are known, vitest goes by a file's size. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/e2e/test/${name}.e2e.test.ts`));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** By path: vitest looks a package's name up without the source condition, and finds no build. */
function postgresSetup(name: ProjectName): string[] {
  if (name === 'unit') return [];
  const file = name === 'pg14' ? 'vitest-postgres-14.ts' : 'vitest-postgres.ts';
  return [fileURLToPath(new URL(`./packages/testkit/src/postgres/${file}`, import.meta.url))];
}

/**
 * One vitest configuration for every package: sources are resolved through the `@snowmelt/source`
 * condition, results are written to `.results/vitest.json`, where the test command adds them up.
 */
export function projects(...names: readonly ProjectName[]): ViteUserConfig {
  // Vitest hands them to its workers' Node as well, for `require` too: no `import` or `module` here.
  const conditions = ['@snowmelt/source', 'node'];
  return defineConfig({
    test: {
      reporters: ['default', ['json', { outputFile: '.results/vitest.json' }]],
      disableConsoleIntercept: true,
      sequence: { sequencer: LongestFirst },
      projects: names.map((name) => ({
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name,
          // Half of the time would go into loading the same modules for each file.
          isolate: false,
          // They wait for processes and servers half of the time.
          ...(name === 'e2e' ? { maxWorkers: 2, sequence: { groupOrder: 1 } } : {}),
          include: include[name],
          exclude: name === 'unit' ? ['**/node_modules/**', 'test/**/*.{pg,e2e}.test.ts'] : [],
          testTimeout: name === 'unit' ? 20_000 : 120_000,
          hookTimeout: 120_000,
          globalSetup: postgresSetup(name),
        },
      })),
    },
  });
}
