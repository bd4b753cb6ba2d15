import {
  longSteps,
  type RunObserver,
  type RunReport,
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
  const progresses = () => {
    seen.progress = true;
  };
  const seen: Seen = {
    progress: false,
    phases: new Map(),
    warnings: [],
    observer: {
      ...told,
      runOpened(run) {
        seen.run = run.id;
        telemetry.ofRun(run.id);
        told.runOpened?.(run);
      },
      chunksAdded(key, chunks) {
        progresses();
        told.chunksAdded?.(key, chunks);
      },
      chunkLoaded(key, chunk) {
        // Before that phase, what earlier invocations have loaded is told once more.
        if (seen.phases.get(key) === 'loading') progresses();
        told.chunkLoaded?.(key, chunk);
      },
      statementRuns(key, statement) {
        progresses();
        told.statementRuns?.(key, statement);
      },
      stepDone(key, part) {
        progresses();
        told.stepDone?.(key, part);
      },
      tablePlanned(plan) {
        seen.warnings.push(...warn(plan));
        told.tablePlanned?.(plan);
      },
      tablePhase(key, phase) {
        seen.phases.set(key, phase);
        told.tablePhase?.(key, phase);
      },
      tableEnded(report) {
        if (report.status === 'completed') progresses();
        told.tableEnded?.(report);
      },
    },
  };
  return seen;
}

/** Tells what of a table's plan may not fit into this invocation; gives the words. */
function warnOfLongSteps({ telemetry, remaining }: Work, jobs: readonly TableJob[]) {
  const seconds = Math.round(remaining() / 1000);
  return (plan: TablePlan): readonly string[] => {
    const verify = jobs.find(({ key }) => key === plan.key)?.verify ?? 'off';
    return longSteps(plan, { seconds, verify }).map(({ code, message, fix }) => {
      telemetry.log.warn('step_may_be_too_long', { table: plan.key, code, message, fix });
      return message;
    });
  };
}
