import type { RunObserver, RunReport, TableKey } from '@snowmelt/core';

import type { Effort } from './answer.ts';
import type { Telemetry } from './telemetry.ts';

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

  readonly observer: RunObserver;
  progress: boolean;
  run?: string;
}

/**
 * Chunks loaded or found, tables that came to their end, statements that Snowflake is at work on: what an
 * invocation after it builds on.
 */
export function watchProgress(told: RunObserver, telemetry: Telemetry): Seen {
  const progresses = () => {
    seen.progress = true;
  };
  const seen: Seen = {
    progress: false,
    phases: new Map(),
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
