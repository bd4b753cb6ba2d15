import type { Adapters } from '../../contract/adapters.ts';
import type { RunState } from '../../contract/run-state.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { TableKey, TablePlan } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import type { DescribeSource } from '../decide/describe-together.ts';
import type { Circuit } from './circuit.ts';
import type { Presence } from './presence.ts';
import type { RunObserver } from './run-report.ts';
import type { PinnedRun } from './settle-snapshot.ts';
import type { Slots } from './slots.ts';

/** A run that is open in this process, and all that a table of it needs. */
export interface OpenRun extends Adapters, PinnedRun {
  readonly state: RunState;
  readonly jobs: readonly TableJob[];
  /** The plans kept so far: those of earlier invocations and those decided by this one. */
  readonly plans: Map<TableKey, TablePlan>;
  /** Describes source tables, those of the run that have no plan yet together. */
  readonly describeSource: DescribeSource;
  /** What this process is planning or has planned. */
  readonly planning: Map<TableKey, Promise<PlannedOnce>>;
  /** Tables that this process has begun anew, and how often the run has. */
  readonly restarts: Map<TableKey, number>;
  /** This process; its workers are `owner/table/n`. */
  readonly owner: string;
  /** This process among those of the run. */
  readonly presence: Presence;
  readonly slots: Slots;
  readonly circuit: Circuit;
  readonly context: WorkContext;
  readonly observer: RunObserver;
  /** Aborted: nothing new is begun (`MigrationRequest.lastCall`). */
  readonly lastCall: AbortSignal;
  /** `MigrationRequest.leavesStatements` */
  readonly leavesStatements: boolean;
  /** `MigrationRequest.dividesChunks`: when this process began, by `clock.monotonic`. Else nothing. */
  readonly dividesFrom: number | undefined;
}

export interface PlannedOnce {
  readonly plan: TablePlan;
  readonly notices: readonly string[];
}
