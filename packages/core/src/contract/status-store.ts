import type { ChunkPlan } from './chunk.ts';
import type { Finding } from './finding.ts';
import type { Grant, GrantsRequest } from './grants.ts';
import type { JsonObject } from './json.ts';
import type { StatementKeeping } from './kept-statements.ts';
import type { RunEvent } from './run-event.ts';
import type { RunState, RunStatus, WorkerId } from './run-state.ts';
import type { RunPlace, RunSummary, Verification } from './run-summary.ts';
import type { Sharing } from './sharing.ts';
import type { ObservesRuns } from './observes.ts';
import type { SnapshotPoint } from './source.ts';
import type { RunId, RunLife, TableKey, TablePlan } from './table-plan.ts';
import type { TableRef } from './table-schema.ts';
import type { MergedRows, MissingReceipt } from './target-answers.ts';

export type { RunPlace, RunSummary, TableSummary, Verification } from './run-summary.ts';

/** One table of a run as its configuration names it. */
export interface TableRequest {
  readonly key: TableKey;
  readonly sourceName: string;
  readonly source: TableRef;
  readonly target: TableRef;
  /** Hash of what decides which of this table's rows go where; a changed one is planned anew. */
  readonly hash: string;
}

export interface RunRequest {
  readonly configHash: string;
  readonly executionHash: string;
  readonly sourceNames: readonly string[];
  readonly tables: readonly TableRequest[];
  /** Who opens it; its workers' ids start with it. */
  readonly owner: WorkerId;
  /**
   * `auto`: go on with the one that `unfinishedRun` finds. `never`: a new run. `run`: this one,
   * whatever its age.
   */
  readonly resume:
    | { readonly mode: 'auto'; readonly maxAgeHours: number }
    | { readonly mode: 'never' }
    | { readonly mode: 'run'; readonly run: RunId };
  /** Goes on with the run also while it is held between processes (`Sharing.handOver`). */
  readonly takesHeld?: boolean;
  /** Which plans the owner writes and reads: others than this one's can't help. Absent: not told. */
  readonly planFormat?: number;
  /**
   * Rows of each table at most: the run is a first try. `unfinishedRun` never finds it, however it has
   * ended. Absent: all rows.
   */
  readonly limit?: number;
  readonly metadata?: JsonObject;
}

/** A chunk in one worker's hands until `deadline`, fenced by `generation`. */
export interface Lease {
  readonly run: RunId;
  readonly table: TableKey;
  readonly chunk: ChunkPlan;
  readonly worker: WorkerId;
  /** Rises with every lease of the chunk; the store refuses an older one. */
  readonly generation: number;
  readonly deadline: Date;
  /** Tries before this one that failed. */
  readonly retries: number;
}

export type LeaseAnswer =
  | { readonly kind: 'lease'; readonly lease: Lease }
  /** Nothing to take now, but chunks are in other hands and may come back or bring more. */
  | { readonly kind: 'wait' }
  /** Every chunk has reached an end. */
  | { readonly kind: 'done'; readonly failed?: FailedChunks }
  /** The gate that was named is not the table's any more: its plan may be another one. */
  | { readonly kind: 'shut' };

/** Chunks whose end is a failure, of this process or another. */
export interface FailedChunks {
  readonly count: number;
  /** Of the first one, as its `failed` event had it. */
  readonly chunk: string;
  readonly error: string;
}

/** What of a chunk is in the target. */
export interface LoadedRows {
  readonly rows: number;
  readonly bytes: number;
  /** Rows beside them that are in quarantine. Absent: none. */
  readonly rejected?: number;
  /** Keys that share the row of another one, as of `LoadReceipt`. Absent: none. */
  readonly met?: number;
}

export type ChunkEvent =
  /** With `pieces`, these take its place, which has no rows: one transaction. */
  | ({ readonly type: 'loaded'; readonly pieces?: readonly ChunkPlan[] } & LoadedRows)
  /** The extract chunk is done and these take its place: one transaction. */
  | { readonly type: 'extracted'; readonly chunks: readonly ChunkPlan[] }
  /** A try failed; the same worker tries again under the same lease. */
  | { readonly type: 'retried'; readonly error: string }
  | { readonly type: 'failed'; readonly error: string }
  /** Given back unharmed, as when a run is stopped. */
  | { readonly type: 'released' };

export type TableEvent =
  | { readonly type: 'planned'; readonly plan: TablePlan }
  /** The run begins the table anew: its plan and chunks are gone. */
  | { readonly type: 'restarted' }
  /** All chunks were added. */
  | { readonly type: 'chunked' }
  /**
   * The target is prepared: other processes may work the chunks, under a gate of this name. It shuts
   * with the next plan, with `restarted`, at the table's end, and when the run is opened again.
   */
  | { readonly type: 'opened'; readonly gate: string }
  | { readonly type: 'indexes_disabled' }
  /** Changes nothing where they were not disabled. */
  | { readonly type: 'indexes_restored' }
  /** `rejected`: rows in quarantine; `met`: as of `LoadReceipt`; absent: none. */
  | {
      readonly type: 'completed';
      readonly missing?: MissingReceipt;
      readonly merged?: MergedRows;
      readonly rejected?: number;
      readonly met?: number;
      /** Absent: the table was not compared, or nothing could be said. */
      readonly verification?: Verification;
    }
  /** `fix`: what to do, where the catalogue's general advice was made specific. */
  | { readonly type: 'failed'; readonly error: string; readonly fix?: string };

/** What a run takes at most, status store included. */
export interface ConnectionNeed {
  /** With fewer in all it can't go on; with fewer than those below, parts of it wait for others. */
  readonly least: number;
  /** By database. */
  readonly databases: Readonly<Record<string, number>>;
  /** To any of them, beside those. Absent: none. */
  readonly beside?: number;
  /** As configured; each takes one connection to each target database. */
  readonly parallelThreads: number;
}

/** Runs, tables, chunks and leases. It is the queue as well: nothing else coordinates workers. */
export interface StatusStore extends AsyncDisposable {
  /**
   * What keeps runs from being opened and written down: how it is reached, what the role may do, and
   * whether a run gets the connections that it takes. Changes nothing. Absent: nothing can.
   */
  check?(need: ConnectionNeed): Promise<readonly Finding[]>;
  /** Brings the store's schema up to date; safe from many processes at once. */
  migrate(): Promise<void>;
  /** What a role needs to keep the status of runs. Absent: this store knows no roles. */
  grants?(
    request: Pick<GrantsRequest, 'role' | 'ask'> & { readonly database: string },
  ): Promise<readonly Grant[]>;
  /**
   * A new run, or the one to go on with. Claims the run's tables for `owner` until `closeRun`, or
   * until the owner's process is gone; throws `RUN.TABLE_BUSY` where another live run has one.
   * Chunks that a dead owner had leased and chunks that failed are open again; a table whose hash
   * changed loses its plan and chunks. Tables that the request leaves out stay as they are.
   */
  openRun(request: RunRequest): Promise<RunState>;
  /**
   * The newest run that is neither completed nor settled, not older than `maxAgeHours`, and either
   * of the same execution hash or one that has left one of these tables unfinished; nothing where a
   * later run has begun such a table since. An edited configuration, or a choice of tables, goes on
   * with what is left.
   */
  unfinishedRun(
    request: Pick<RunRequest, 'executionHash' | 'tables'>,
    maxAgeHours: number,
  ): Promise<RunSummary | undefined>;
  /** Keeps the run's snapshot point; the first one kept wins and is returned. */
  keepSnapshot(run: RunId, snapshot: SnapshotPoint): Promise<SnapshotPoint>;
  recordTable(run: RunId, table: TableKey, event: TableEvent): Promise<void>;
  /** Idempotent on the chunk id. */
  addChunks(run: RunId, table: TableKey, chunks: readonly ChunkPlan[]): Promise<void>;
  /**
   * One chunk to work on: load chunks of rows, then those of keys, then extract chunks, each in
   * order. Whoever does not own the run names the gate under which it knows the plan.
   */
  lease(run: RunId, table: TableKey, worker: WorkerId, gate?: string): Promise<LeaseAnswer>;
  /** Moves the deadline. Throws `RUN.LEASE_LOST` where another worker has it. */
  renew(lease: Lease): Promise<Lease>;
  /** Throws `RUN.LEASE_LOST` for a stale lease and changes nothing. */
  record(lease: Lease, event: ChunkEvent): Promise<void>;
  /** Chunks that the target's ledger has although no lease said so (a crash between the two). */
  recordLoaded(
    run: RunId,
    table: TableKey,
    chunks: readonly ({ id: string } & LoadedRows)[],
  ): Promise<void>;
  /**
   * `settled`: nothing is left to do, although the run is not `completed`: `auto` does not go on
   * with it. A run that leaves tables begun and unfinished, which it was not asked for, is `partial`
   * and not settled, whatever is said here.
   */
  closeRun(
    run: RunId,
    status: Exclude<RunStatus, 'running'>,
    error?: string,
    settled?: boolean,
  ): Promise<void>;
  /** Absent: what a source works at ends with the process that asked for it. */
  readonly statements?: StatementKeeping;
  /**
   * Keeps what `owner` has used of the source in this run so far, in place of what it said before;
   * answers with the credits of all owners. Absent: the store keeps no such figures.
   */
  spend?(
    run: RunId,
    owner: WorkerId,
    use: { readonly activeSeconds: number; readonly credits: number },
  ): Promise<number>;
  summary(run: RunId): Promise<RunSummary>;
  /** Runs that the store does not know are absent. Absent itself: it can't tell. */
  runLives?(runs: readonly RunId[]): Promise<ReadonlyMap<RunId, RunLife>>;
  /** Absent: one process at a time works on a run. */
  readonly sharing?: Sharing;
  /** What happened in the run, the latest so many, oldest first. Absent: the store can't tell. */
  events?(run: RunId, limit: number): Promise<readonly RunEvent[]>;
  /** Newest first; with `places`, only runs that have a table in one of them. */
  runs(limit: number, places?: readonly RunPlace[]): Promise<readonly RunSummary[]>;
  /** `snowmelt status`, `diagnose` and `ui`. Absent: it can't be looked at from beside. */
  readonly observes?: ObservesRuns;
}
