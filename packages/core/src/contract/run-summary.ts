import type { RunStatus, TableStatus } from './run-state.ts';
import type { RunId, TableKey } from './table-plan.ts';
import type { TableRef } from './table-schema.ts';
import type { MergedRows } from './target-answers.ts';

/** How a table was compared with its source. */
export interface Verification {
  /** `count`: numbers of rows. `digest`: values as well. */
  readonly by: 'count' | 'digest';
  /** Target columns whose values were not compared, and why. Absent: none. */
  readonly leftOut?: readonly { readonly column: string; readonly why: string }[];
  /** Target columns whose blanks at the end were not compared. Absent: none. */
  readonly trimmed?: readonly string[];
}

export interface TableSummary {
  readonly key: TableKey;
  readonly sourceName: string;
  readonly source: TableRef;
  readonly target: TableRef;
  /** Of the request, `TableRequest.hash`. */
  readonly hash?: string;
  readonly status: TableStatus;
  /** Load chunks of rows only, as all figures here: those of keys are worked, but not counted. */
  readonly totalChunks: number;
  readonly completedChunks: number;
  readonly failedChunks: number;
  readonly rows: number;
  readonly bytes: number;
  /** Rows that the table was completed without: they are in quarantine. Absent: none. */
  readonly rejected?: number;
  /** Keys that the table was completed without, as of `LoadReceipt.met`. Absent: none. */
  readonly met?: number;
  /** What a completed table's rows have made of those that were there. Absent: not known. */
  readonly merged?: MergedRows;
  /** How a completed table was compared with its source. Absent: it was not. */
  readonly verification?: Verification;
  /** Of indexes that were dropped for the load. Absent: none were. */
  readonly indexes?: 'disabled' | 'restored';
  readonly startedAt?: Date;
  readonly completedAt?: Date;
  readonly error?: string;
  /** What to do about `error`, as it was said when the table failed. */
  readonly fix?: string;
}

export interface RunSummary {
  readonly id: RunId;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly completedAt?: Date;
  readonly error?: string;
  readonly sourceNames: readonly string[];
  readonly rows: number;
  /** By our own estimate, over all attempts. Absent: the source has no price. */
  readonly credits?: number;
  /** It was a first try, of so many rows of each table at most. Absent: of all. */
  readonly limit?: number;
  readonly tables: readonly TableSummary[];
}

/** Where tables are configured to go: runs that have none there are other configurations' runs. */
export interface RunPlace {
  readonly sourceName: string;
  readonly database: string;
  readonly schema: string;
}
