import type { TestProject } from 'vitest/node';

import { templateVariable } from './embedded/start-embedded.ts';
import { startPostgres } from './start-postgres.ts';
import type { PostgresVersion, TestPostgres } from './server/test-postgres.ts';

/** Kept by name: vitest loads this module once for every project that names it. */
interface Shared {
  server: Promise<TestPostgres>;
  users: number;
}

/** A vitest `globalSetup`: one server for the run, provided to tests as `postgres`. */
export const { setup, teardown } = sharedServer(18);

/** The same for a server of one version; every project that names it shares the server. */
export function sharedServer(version: PostgresVersion) {
  const key = Symbol.for(`snowmelt.vitest-postgres-${version}`);
  const registry = globalThis as unknown as Record<symbol, Shared | undefined>;
  return {
    setup: async (project: TestProject): Promise<void> => {
      const shared = (registry[key] ??= {
        server: startPostgres({ version, keepsTemplate: true }),
        users: 0,
      });
      shared.users += 1;
      const { url, host, port, user, password, version: said, ...server } = await shared.server;
      if (server.directory !== undefined) process.env[templateVariable(version)] = server.directory;
      project.provide('postgres', { url, host, port, user, password, version: said });
    },
    teardown: async (): Promise<void> => {
      const shared = registry[key];
      if (shared === undefined) return;
      shared.users -= 1;
      if (shared.users > 0) return;
      registry[key] = undefined;
      delete process.env[templateVariable(version)];
      await (await shared.server).stop();
    },
  };
}
