import type { TestProject } from 'vitest/node';

import { startPostgres } from './start-postgres.ts';
import type { TestPostgres } from './test-postgres.ts';

/** Kept by name: vitest loads this module once for every project that names it. */
interface Shared {
  server: Promise<TestPostgres>;
  users: number;
}

const key = Symbol.for('snowmelt.vitest-postgres');
const registry = globalThis as unknown as Record<symbol, Shared | undefined>;

/** A vitest `globalSetup`: one server for the run, provided to tests as `postgres`. */
export async function setup(project: TestProject): Promise<void> {
  const shared = (registry[key] ??= { server: startPostgres(), users: 0 });
  shared.users += 1;
  const { url, host, port, user, password, version } = await shared.server;
  project.provide('postgres', { url, host, port, user, password, version });
}

export async function teardown(): Promise<void> {
  const shared = registry[key];
  if (shared === undefined) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  registry[key] = undefined;
  await (await shared.server).stop();
}
