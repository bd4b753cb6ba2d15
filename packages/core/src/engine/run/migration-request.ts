import type { RunRequest } from '../../contract/status-store.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { RunObserver } from '../table/run-report.ts';

export interface MigrationRequest {
  readonly jobs: readonly TableJob[];
  /** Tables that the run counts as completed, since an earlier one has: nothing is done with them. */
  readonly carried?: readonly TableJob[];
  readonly configHash: string;
  readonly executionHash: string;
  readonly resume: RunRequest['resume'];
  /** Chunks in flight in this process, over all tables. */
  readonly parallelThreads: number;
  /**
   * Milliseconds after the pin before anything is read at the snapshot point, so that commits that
   * were under way are seen; 0 only for a source that shows a commit at its very instant.
   */
  readonly snapshotDelay: number;
  /** The run is stopped where it has used as many credits of the source. Absent: no limit. */
  readonly maxCredits?: number;
  readonly observer?: RunObserver;
  /** Of the program, for those who look at the run's processes. */
  readonly version?: string;
  /**
   * Once aborted, nothing new is begun: chunks in flight are carried to their end, and tables with
   * work left end as `stopped`. Absent: only the context's signal ends a run, at once.
   */
  readonly lastCall?: AbortSignal;
  /**
   * A stop leaves the source at work on what takes long: another process comes soon and goes on with it.
   * Absent: a stop cancels it.
   */
  readonly leavesStatements?: boolean;
  /**
   * Another process comes soon, which has no more time than this one: a chunk that has had most of it,
   * and does not end, is divided. Absent: it is given back as it is.
   */
  readonly dividesChunks?: boolean;
  /**
   * The run is worked by processes one after the other, of which none may live: this one also takes a
   * run that is kept for it, and keeps it for so many seconds for the next one where it is stopped with
   * work left. Absent: the run is free for anybody once this process has ended.
   */
  readonly holdSeconds?: number;
}
