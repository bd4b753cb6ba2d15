import {
  foresee,
  isSnowmeltError,
  runHashes,
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

/** What becomes of what an earlier run has left; empty where a run would be the first. */
export async function lookBack(
  config: Config,
  jobs: readonly TableJob[],
  resume: MigrationRequest['resume'],
  log: Logger,
): Promise<ReadonlyMap<TableKey, NextStep>> {
  if (resume.mode === 'never') return new Map();
  await using status = await openStatus(config, log);
  return lookBackIn(status, { config, jobs, resume });
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
  try {
    return await status.unfinishedRun({ executionHash, tables: jobs }, resume.maxAgeHours);
  } catch (error) {
    // No schema yet, or an older one, which a run brings up to date.
    if (isSnowmeltError(error) && error.code === 'STATUS.SCHEMA') return undefined;
    throw error;
  }
}
