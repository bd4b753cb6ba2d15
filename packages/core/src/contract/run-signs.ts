import type { RunId, RunLife, TableKey } from './table-plan.ts';

/** How it stands with a run just now: what its summary does not say, since it is out of date at once. */
export interface RunSigns {
  readonly run: RunId;
  /** Absent: a run of the earlier tool, or one that the store can't tell of. */
  readonly life?: RunLife;
  /** Who has the run, or had it last: `host/process id/…`. Absent: a run of the earlier tool. */
  readonly owner?: string;
  /** How often the run was begun or gone on with; 1: it was not resumed. */
  readonly attempts: number;
  /** By the store's clock. */
  readonly now: Date;
  /** The newest thing that one of its processes has written. */
  readonly lastSign: Date;
  readonly tables: readonly TableSigns[];
}

export interface TableSigns {
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

/** Where tables are configured to go: runs that have none there are other configurations' runs. */
export interface RunPlace {
  readonly sourceName: string;
  readonly database: string;
  readonly schema: string;
}
