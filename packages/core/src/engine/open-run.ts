import type { Source } from '../contract/source.ts';
import type { RunState, StatusStore } from '../contract/status-store.ts';
import type { TableKey, TablePlan } from '../contract/table-plan.ts';
import type { Target } from '../contract/target.ts';
import type { WorkContext } from '../contract/work-context.ts';
import type { DescribeSource } from './describe-together.ts';
import type { PlannedOnce } from './plan-once.ts';
import type { RunObserver } from './run-report.ts';
import type { PinnedRun } from './settle-snapshot.ts';
import type { Slots } from './slots.ts';
import type { TableJob } from './table-job.ts';

/** The three adapters that a run works with. */
export interface Adapters {
  readonly source: Source;
  readonly target: Target;
  readonly status: StatusStore;
}

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
  readonly slots: Slots;
  readonly context: WorkContext;
  readonly observer: RunObserver;
}
