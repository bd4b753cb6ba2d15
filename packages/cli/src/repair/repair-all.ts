import {
  clearStages,
  isSnowmeltError,
  resolveTables,
  targetDatabases,
  type ClearedStage,
  type Config,
  type RepairReport,
  type RunId,
  type RunLife,
  type Source,
  type StatusStore,
  type Target,
  type WorkContext,
} from '@snowmelt/core';

import { viewFailure, type FailureView } from '../failure/show-failure.ts';

export interface RepairView {
  readonly dryRun: boolean;
  readonly databases: readonly RepairReport[];
  readonly stages: readonly ClearedStage[];
  /** Why the stages, or the runs, could not be asked for. Absent: they could. */
  readonly errors?: readonly FailureView[];
}

export interface RepairUsing {
  readonly source: Source;
  readonly target: Target;
  readonly status: StatusStore;
  readonly context: WorkContext;
}

export interface RepairAsked {
  readonly dropGathered: boolean;
  readonly dryRun: boolean;
}

/**
 * One target database after the other, then the stages; Ctrl-C leaves the rest for the next time.
 * Indexes come back also where Snowflake, or the status database, is not to be reached.
 */
export async function repairAll(
  config: Config,
  asked: RepairAsked,
  { source, target, status, context }: RepairUsing,
): Promise<RepairView> {
  const errors: FailureView[] = [];
  const orElse = async <T>(ask: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      context.signal.throwIfAborted();
      const failure = isSnowmeltError(error) ? viewFailure(error, 'snowmelt') : undefined;
      if (failure === undefined) throw error;
      errors.push(failure);
      return otherwise;
    }
  };
  const unknown: ReadonlyMap<RunId, RunLife> = new Map();
  const lives = (runs: readonly RunId[]) =>
    orElse(async () => (await status.runLives?.(runs)) ?? unknown, unknown);
  const databases: RepairReport[] = [];
  for (const database of targetDatabases(config)) {
    const repaired = await target.repairs?.repair({ database, ...asked, lives }, context);
    if (repaired !== undefined) databases.push(repaired);
  }
  const { dryRun } = asked;
  const stages = await orElse(
    () => clearStages(resolveTables(config), { source, status, context }, { dryRun }),
    [],
  );
  return { dryRun, databases, stages, ...(errors.length === 0 ? {} : { errors }) };
}
