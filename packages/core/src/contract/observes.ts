import type { SnapshotPoint } from './source.ts';
import type { WorkerId } from './run-state.ts';
import type { RunPlace, RunSummary } from './run-summary.ts';
import type { RunId, RunLife, TableKey } from './table-plan.ts';

/** What runs are doing, for whoever looks on. Changes nothing; cheap enough to be asked every second. */
export interface ObservesRuns {
  /** Runs that are alive, or can be gone on with, and the newest one; newest first. */
  activity(limit: number): Promise<readonly RunActivity[]>;
  /** The same of one run, whatever became of it. Throws `RUN.NOT_FOUND`. */
  activityOf(run: RunId): Promise<RunActivity>;
  /** The newest runs, whatever became of them; with `places`, only those that have a table in one of them. */
  latest(limit: number, places?: readonly RunPlace[]): Promise<readonly RunActivity[]>;
  /**
   * What the run, or a table of it, has loaded over the run's time, in `buckets` equal spans at most, the
   * oldest first.
   */
  throughput(run: RunId, buckets: number, table?: TableKey): Promise<readonly LoadedSpan[]>;
  /** The table's chunks of rows in the order of their planning, in `cells` equal groups at most. */
  chunkMap(run: RunId, table: TableKey, cells: number): Promise<readonly ChunkCell[]>;
}

export interface RunActivity {
  readonly run: RunSummary;
  /** Absent: it can't be told, as of runs of an earlier tool. */
  readonly life?: RunLife;
  /** The process that has the run, or had it last. */
  readonly owner?: WorkerId;
  /** How often the run was begun or gone on with; 1: it was not resumed. */
  readonly attempts: number;
  /** By the store's clock. */
  readonly now: Date;
  /** When a process of the run last wrote something down. */
  readonly lastSign?: Date;
  readonly snapshot?: SnapshotPoint;
  /** Of the run's tables, in their order. */
  readonly paces: readonly TablePace[];
  readonly workers: readonly WorkerActivity[];
  readonly failures: readonly FailureGroup[];
}

/** How fast a table goes just now: what its summary does not say, since it is out of date at once. */
export interface TablePace {
  readonly key: TableKey;
  /** Of the whole table, as far as the source has announced or its catalog has said it. */
  readonly expectedRows?: number;
  /** Rows of chunks that were loaded in the last `recentSeconds`. */
  readonly recentRows: number;
  readonly recentSeconds: number;
  /** Chunks that a worker has in hand. */
  readonly leasedChunks: number;
  /** Tries of chunks that failed and were made again. */
  readonly retries: number;
}

/** A process that works on a run. */
export interface WorkerActivity {
  readonly worker: WorkerId;
  /** Chunks in its hands. */
  readonly chunks: number;
  /** Those of them whose lease ran out. */
  readonly overdue: number;
  readonly lastSign?: Date;
  /** It was not seen for a minute, and has not said that it ends. */
  readonly silent: boolean;
  readonly waitsFor?: { readonly what: string; readonly since: Date };
}

/** Chunks of a table that one cause has stopped; or, of no chunk, the table itself. */
export interface FailureGroup {
  readonly table: TableKey;
  /** Of the catalogue, as far as it was one. */
  readonly code: string;
  readonly chunks: number;
  /** They are tried again: nothing is lost yet. */
  readonly retrying: boolean;
  /** Of one of them. */
  readonly message: string;
}

export interface LoadedSpan {
  readonly from: Date;
  readonly seconds: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface ChunkCell {
  readonly open: number;
  readonly leased: number;
  readonly completed: number;
  readonly failed: number;
}
