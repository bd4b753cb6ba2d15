import type { RunState, RunStatus, TableState, WorkerId } from './run-state.ts';
import type { RunId, TableKey } from './table-plan.ts';

/** One process at work on a run, as it tells of itself. */
export interface WorkerSign {
  /** The ids under which it leases chunks start with it. */
  readonly id: WorkerId;
  readonly host: string;
  readonly pid: number;
  /** Of the program; empty where nobody has told it. */
  readonly version: string;
  /** What it waits for, in words for people. Absent: it is at work. */
  readonly waitsFor?: string;
}

export interface WorkerState extends WorkerSign {
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  /** Since when it waits for `waitsFor`. */
  readonly waitsSince?: Date;
  /** It has said that it ends. Absent: it is at work, or was killed; `lastSeenAt` tells which. */
  readonly endedAt?: Date;
  /** It has the run, or had it last. */
  readonly isOwner: boolean;
}

/**
 * `live`: a process holds the run. `held`: none does, and it is kept for the next one of its own
 * (`handOver`). `none`: whoever comes may go on with it.
 */
export type Ownership = 'live' | 'held' | 'none';

/** `plan`: only where the gate is open. */
export interface SharedTable extends TableState {
  /** `TableRequest.hash` of the owner. */
  readonly hash: string;
  /**
   * The owner has prepared the table for the plan as it stands here: chunks may be worked. Another
   * word each time, so that who works by a plan of before is told. Absent: not, or not any more.
   */
  readonly gate?: string;
}

/** A run as one finds it who would help with it. */
export interface SharedRun extends Pick<RunState, 'id' | 'startedAt' | 'snapshot'> {
  readonly status: RunStatus;
  readonly owner: WorkerId;
  readonly ownership: Ownership;
  /** `RunRequest.planFormat` of the owner. Absent: it has not told. */
  readonly planFormat?: number;
  readonly tables: readonly SharedTable[];
}

/** Chunks of a table that have not come to an end, whoever has them. */
export interface OpenChunks {
  readonly table: TableKey;
  /** To load, keys among them. */
  readonly load: number;
  readonly extract: number;
}

/** What a store can do so that several processes work on one run. */
export interface Sharing {
  look(run: RunId): Promise<SharedRun>;
  /** Tables without any are left out. */
  openChunks(run: RunId): Promise<readonly OpenChunks[]>;
  /** A sign of life; the first one of a worker puts it down. To be given every few seconds. */
  seen(run: RunId, worker: WorkerSign): Promise<void>;
  /** The worker ends by itself. Nothing where it was never seen. */
  left(run: RunId, worker: WorkerId): Promise<void>;
  /** Whoever was seen at the run, the owner among them; the first one first. */
  workers(run: RunId): Promise<readonly WorkerState[]>;
  /**
   * The owner ends and keeps the run for those that come after it in the same piece of work: for so
   * many seconds after the last sign of life of any worker of the run, nobody opens it, or another
   * run of its tables, but with `RunRequest.takesHeld`. Chunks can be leased meanwhile.
   */
  handOver(run: RunId, seconds: number): Promise<void>;
}
