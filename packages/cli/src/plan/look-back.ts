import {
  foresee,
  isSnowmeltError,
  runHashes,
  runPlaces,
  runsToMeasure,
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

export interface LookBack {
  /** What becomes of what an earlier run has left; empty where a run would be the first. */
  readonly next: ReadonlyMap<TableKey, NextStep>;
  readonly earlier: Earlier;
  /** The newest ones of the configuration. */
  readonly runs: readonly RunSummary[];
}

export async function lookBack(
  config: Config,
  jobs: readonly TableJob[],
  resume: MigrationRequest['resume'],
  log: Logger,
): Promise<LookBack> {
  await using status = await openStatus(config, log);
  const found = await orNoSchema(() => status.runs(runsToMeasure, runPlaces(config)));
  const earlier = found === undefined ? nothingEarlier : earlierOf(found);
  const runs = found ?? [];
  if (resume.mode === 'never') return { next: new Map(), earlier, runs };
  return { next: await lookBackIn(status, { config, jobs, resume }), earlier, runs };
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
