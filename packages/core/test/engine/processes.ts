import { fastClock, testContext } from '@snowmelt/testkit/context';
import { onTestFinished } from 'vitest';

import {
  helpRun,
  type Adapters,
  type HelpRequest,
  type MigrationRequest,
  type TableJob,
} from '../../src/index.ts';
import { World } from './engine-world.ts';

/** The adapters of one more process; closed after the test, as the end of the process does. */
export function processOf(world: World, faults: Parameters<World['adapters']>[0] = {}) {
  const adapters = world.adapters(faults);
  onTestFinished(() => adapters.status[Symbol.asyncDispose]());
  return adapters;
}

export function requestOf(jobs: readonly TableJob[]): Omit<MigrationRequest, 'resume'> {
  const hashes = { configHash: 'c', executionHash: 'e' };
  return { jobs, ...hashes, parallelThreads: 3, snapshotDelay: 0, version: '1.2.3' };
}

export const fastContext = (parts: Parameters<typeof testContext>[0] = {}) =>
  testContext({ clock: fastClock(1000), ...parts });

export function help(
  jobs: readonly TableJob[],
  id: string,
  adapters: Adapters,
  more: Partial<HelpRequest> = {},
) {
  return helpRun({ ...requestOf(jobs), run: id, ...more }, adapters, fastContext());
}

export function worldOf(...tables: readonly [string, number][]): World {
  const world = new World();
  for (const [name, rows] of tables) world.addTable(name, rows);
  return world;
}
