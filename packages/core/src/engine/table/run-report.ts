import type { Finding } from '../../contract/finding.ts';
import type { LoadedRows, Verification } from '../../contract/status-store.ts';
import type { ExtractMode, RunId, TableKey, TablePlan } from '../../contract/table-plan.ts';
import type { TableRef } from '../../contract/table-schema.ts';
import type { MergedRows, MissingReceipt } from '../../contract/target-answers.ts';
import type { SnowmeltError } from '../../errors/snowmelt-error.ts';

export interface TableReport {
  readonly key: TableKey;
  readonly source: TableRef;
  readonly target: TableRef;
  /** `stopped`: work is left, nothing is wrong. `skipped`: completed before in this run. */
  readonly status: 'completed' | 'failed' | 'stopped' | 'skipped';
  readonly extract?: ExtractMode;
  /** Rows at the snapshot point, where they were counted. */
  readonly sourceRows?: number;
  /** Rows that the run's ledger holds in the target. */
  readonly rows: number;
  /** Rows beside them that the target refused: they are in quarantine. */
  readonly rejected: number;
  /** Keys of the source that share the row of another one in the target. Absent: none. */
  readonly met?: number;
  /** Rows that stand in the target, where `verify: digest` counted them. */
  readonly targetRows?: number;
  /** Rows that `delete_missing` has deleted or marked. */
  readonly missing?: MissingReceipt;
  /** What the rows have made of those that were there, where the mode finds them by key. */
  readonly merged?: MergedRows;
  /** Bytes of canonical CSV. */
  readonly bytes: number;
  readonly chunks: number;
  readonly seconds: number;
  /** Counts (and digests, where asked) were compared and are equal. */
  readonly verified: boolean;
  /** How they were compared. Absent: they were not. */
  readonly verification?: Verification;
  readonly notices: readonly string[];
  /** What the target lacks although the rows are in, as an index that they do not allow. */
  readonly findings: readonly Finding[];
  readonly error?: SnowmeltError;
}

export interface RunReport {
  readonly run: RunId;
  readonly resumed: boolean;
  /**
   * `partial`: some tables are left, and `stopped` says whether that was asked for; or all are
   * loaded, but for rows that are in quarantine, or beyond `limit`.
   */
  readonly status: 'completed' | 'partial' | 'failed';
  readonly stopped: boolean;
  /** What has stopped it, if nobody asked for that. */
  readonly stoppedBy?: SnowmeltError;
  /** By our own estimate, over all attempts of the run. Absent: the source has no price. */
  readonly credits?: number;
  /** The run was a first try, of so many rows of each table at most. Absent: of all. */
  readonly limit?: number;
  readonly tables: readonly TableReport[];
  readonly rows: number;
  readonly rejected: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** What a run tells as it goes; every method is optional and must not throw. */
export interface RunObserver {
  runOpened?(run: { id: RunId; resumed: boolean; snapshot: string }): void;
  /** Somebody waits until the snapshot point may be read; told once. */
  snapshotSettling?(wait: { snapshot: string; milliseconds: number }): void;
  tableStarted?(key: TableKey): void;
  /** `expectedRows` is an estimate until the chunks are known. */
  tablePlanned?(plan: TablePlan): void;
  /** What was told of the table's chunks does not hold any more. */
  tableBegunAnew?(key: TableKey): void;
  /** A chunk was loaded, by this process or, `before` it, as a resume finds it. */
  chunkLoaded?(key: TableKey, chunk: { id: string; before?: boolean } & LoadedRows): void;
  /** Load chunks were added; `rows` where the source announced them. */
  chunksAdded?(key: TableKey, chunks: { count: number; rows: number | undefined }): void;
  /** The source works at something that takes long, begun now or by an earlier process. */
  statementRuns?(key: TableKey, statement: { name: string; found: boolean }): void;
  /** A part of a long step is done for good, as one index of several. */
  stepDone?(key: TableKey, part: string): void;
  /** Of all processes of the run, while others than this one take part: now and then. */
  tableTotals?(key: TableKey, loaded: { chunks: number; rows: number; bytes: number }): void;
  chunkRetried?(key: TableKey, chunk: string, error: SnowmeltError): void;
  tablePhase?(key: TableKey, phase: 'loading' | 'reconciling' | 'publishing' | 'verifying'): void;
  tableEnded?(report: TableReport): void;
}
