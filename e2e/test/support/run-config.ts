import {
  parseConfig,
  resolveTables,
  runHashes,
  runMigration,
  type MigrationRequest,
  type RunReport,
} from '@snowmelt/core';
import type { Demo } from '@snowmelt/demo';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';

import { context, demoSource } from './demo.ts';

type Config = Record<string, unknown>;

/** The demo's configuration with one source of these tables. */
export function configOf(demo: Demo, tables: readonly Config[], source: Config = {}): Config {
  const [group] = demo.config['sources'] as [Config];
  return { ...demo.config, sources: [{ ...group, ...source, tables }] };
}

/** What `snowmelt run` does with a configuration, in this process. */
export async function runConfig(
  demo: Demo,
  value: Config,
  resume: MigrationRequest['resume'] = { mode: 'auto', maxAgeHours: 1 },
): Promise<RunReport> {
  const config = parseConfig(JSON.stringify(value), { env: {} });
  const jobs = resolveTables(config);
  const connection = { url: demo.databaseUrl };
  await using source = demoSource(demo);
  await using target = createPostgresTarget({ connection });
  await using status = createPostgresStatusStore({ connection });
  return await runMigration(
    {
      jobs,
      resume,
      ...runHashes(config, jobs),
      parallelThreads: config.parallel_threads,
      snapshotDelay: 0,
    },
    { source, target, status },
    context,
  );
}
