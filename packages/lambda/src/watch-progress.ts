import {
  isSnowmeltError,
  longSteps,
  runPlaces,
  runsToMeasure,
  type RunObserver,
  type RunReport,
  type RunSummary,
  type StatusStore,
  type TableJob,
  type TableKey,
  type TablePlan,
} from '@snowmelt/core';
import { logProgress } from '@snowmelt/wiring';

import type { Effort } from './answer.ts';
import type { Work } from './work.ts';

/** Steps of a table that no invocation can share with another one. */
const wholeSteps: ReadonlySet<string> = new Set(['reconciling', 'publishing', 'verifying']);

export function longStepOf(report: RunReport, { phases }: Seen): Pick<Effort, 'longStep'> {
  for (const { key, status } of report.tables) {
    const phase = phases.get(key) ?? '';
    if (status === 'stopped' && wholeSteps.has(phase)) return { longStep: { table: key, phase } };
  }
  return {};
}

export interface Seen {
  /** What each table is at. */
  readonly phases: Map<TableKey, string>;
  /** What may not fit into an invocation, found beforehand. */
  readonly warnings: string[];
  /** By which that is found. */
  earlier: readonly RunSummary[];

  readonly observer: RunObserver;
  progress: boolean;
  run?: string;
}

/**
 * Chunks loaded or found, tables that came to their end, statements that Snowflake is at work on: what an
 * invocation after it builds on.
 */
export function watchProgress(work: Work, jobs: readonly TableJob[]): Seen {
  const { telemetry } = work;
  const told = logProgress(telemetry.log);
  const warn = warnOfLongSteps(work, jobs);
  const seen: Seen = {
    progress: false,
    phases: new Map(),
    warnings: [],
    earlier: [],
    observer: {
      ...told,
      runOpened(run) {
        seen.run = run.id;
        telemetry.ofRun(run.id);
        told.runOpened?.(run);
      },
      chunksAdded(key, chunks) {
        seen.progress = true;
        told.chunksAdded?.(key, chunks);
      },
      chunkLoaded(key, chunk) {
        // Before that phase, what earlier invocations have loaded is told once more.
        if (seen.phases.get(key) === 'loading') seen.progress = true;
        told.chunkLoaded?.(key, chunk);
      },
      statementRuns(key, statement) {
        seen.progress = true;
        told.statementRuns?.(key, statement);
      },
      stepDone(key, part) {
        seen.progress = true;
        told.stepDone?.(key, part);
      },
      tablePlanned(plan) {
        seen.warnings.push(...warn(plan, seen.earlier));
        told.tablePlanned?.(plan);
      },
      tablePhase(key, phase) {
        seen.phases.set(key, phase);
        told.tablePhase?.(key, phase);
      },
      tableEnded(report) {
        if (report.status === 'completed') seen.progress = true;
        told.tableEnded?.(report);
      },
    },
  };
  return seen;
}

/** Runs of before tell how fast their tables go. */
export async function recallRuns(
  seen: Seen,
  { config }: Work,
  status: Pick<StatusStore, 'runs'>,
): Promise<void> {
  try {
    seen.earlier = await status.runs(runsToMeasure, runPlaces(config));
  } catch (error) {
    // No schema yet, or an older one, which the run brings up to date.
    if (!isSnowmeltError(error) || error.code !== 'STATUS.SCHEMA') throw error;
  }
}

/** Tells what of a table's plan may not fit into this invocation; gives the words. */
function warnOfLongSteps({ telemetry, remaining }: Work, jobs: readonly TableJob[]) {
  const seconds = Math.round(remaining() / 1000);
  return (plan: TablePlan, earlier: readonly RunSummary[]): readonly string[] => {
    const verify = jobs.find(({ key }) => key === plan.key)?.verify ?? 'off';
    return longSteps(plan, { seconds, verify, earlier }).map(({ code, message, fix }) => {
      telemetry.log.warn('step_may_be_too_long', { table: plan.key, code, message, fix });
      return message;
    });
  };
}
