import {
  foresee,
  isSnowmeltError,
  runHashes,
  runPlaces,
  type Config,
  type Logger,
  type MigrationRequest,
  type NextStep,
  type RunSummary,
  type StatusStore,
  type TableJob,
  type TableKey,
} from '@snowmelt/core';

import { openStatus } from '@snowmelt/wiring';

import { earlierOf, nothingEarlier, type Earlier } from './estimate.ts';

/** Runs that are asked how long their tables took. */
const runsAsked = 20;

export interface LookBack {
  /** What becomes of what an earlier run has left; empty where a run would be the first. */
  readonly next: ReadonlyMap<TableKey, NextStep>;
  readonly earlier: Earlier;
}

export async function lookBack(
  config: Config,
  jobs: readonly TableJob[],
  resume: MigrationRequest['resume'],
  log: Logger,
): Promise<LookBack> {
  await using status = await openStatus(config, log);
  const runs = await orNoSchema(() => status.runs(runsAsked, runPlaces(config)));
  const earlier = runs === undefined ? nothingEarlier : earlierOf(runs);
  if (resume.mode === 'never') return { next: new Map(), earlier };
  return { next: await lookBackIn(status, { config, jobs, resume }), earlier };
}

interface Asked {
  readonly config: Config;
  readonly jobs: readonly TableJob[];
  readonly resume: Exclude<MigrationRequest['resume'], { readonly mode: 'never' }>;
}

export async function lookBackIn(
  status: StatusStore,
  asked: Asked,
): Promise<ReadonlyMap<TableKey, NextStep>> {
  const earlier = await earlierRun(status, asked);
  return earlier === undefined ? new Map() : foresee(asked.jobs, earlier);
}

async function earlierRun(
  status: StatusStore,
  { config, jobs, resume }: Asked,
): Promise<RunSummary | undefined> {
  if (resume.mode === 'run') return status.summary(resume.run);
  const { executionHash } = runHashes(config, jobs);
  return orNoSchema(() =>
    status.unfinishedRun({ executionHash, tables: jobs }, resume.maxAgeHours),
  );
}

/** Nothing where there is no schema yet, or an older one, which a run brings up to date. */
async function orNoSchema<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isSnowmeltError(error) && error.code === 'STATUS.SCHEMA') return undefined;
    throw error;
  }
}
