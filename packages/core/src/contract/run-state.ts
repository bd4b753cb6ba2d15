import type { SnapshotPoint } from './source.ts';
import type { RunId, TableKey, TablePlan } from './table-plan.ts';

export type WorkerId = string;

export type TableStatus = 'pending' | 'in_progress' | 'completed' | 'failed' | 'skipped';
export type RunStatus = 'running' | 'completed' | 'failed' | 'partial';

export interface TableState {
  readonly key: TableKey;
  readonly status: TableStatus;
  /** The plan that was kept; absent before the first planning and after a changed table hash. */
  readonly plan?: TablePlan;
  /** All of the plan's chunks are in the store. */
  readonly planned: boolean;
}

export interface RunState {
  readonly id: RunId;
  readonly resumed: boolean;
  readonly startedAt: Date;
  readonly snapshot?: SnapshotPoint;
  readonly tables: readonly TableState[];
}
