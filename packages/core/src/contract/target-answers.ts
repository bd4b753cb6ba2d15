import type { ColumnPair, Widening } from './column-pair.ts';
import type { Finding } from './finding.ts';
import type { DeleteMissing, RunId, WatermarkBound } from './table-plan.ts';
import type { LogicalType, TableRef, TableSchema } from './table-schema.ts';

/**
 * What this run has loaded is gone from the table, and the target's ledger has forgotten it: the
 * run plans the table anew, with `restarts` in its plan, and prepares it again.
 */
export interface Restart {
  readonly restarts: number;
  readonly why: string;
}

export interface PrepareReceipt {
  /** Indexes or constraints of the table are away for its load, until `publish`. */
  readonly indexesDisabled: boolean;
  /** Nothing was prepared. */
  readonly restart?: Restart;
}

/** What `publish` has done with rows whose key the source lacks. */
export interface MissingReceipt {
  readonly how: DeleteMissing['how'];
  /** Rows deleted, or marked. */
  readonly rows: number;
  /** Rows whose mark was taken away, since the source has their key again. */
  readonly restored: number;
  /**
   * Keys of the source that the target has only by its own, looser comparison: their row is, or may
   * be, that of another one. Absent: none.
   */
  readonly met?: number;
}

/** What the rows of a run have made of those that were there, by key. */
export interface MergedRows {
  readonly inserted: number;
  /** Rows that were written anew, whether their values were others or the same. */
  readonly updated: number;
  /**
   * Rows that have changed nothing: the stored one was as new, or is left alone by the mode, or another
   * of the same key came in the same chunk. Absent: of changes, of which all are applied.
   */
  readonly unchanged?: number;
  /** By changes, or since the source lacks them. Rows that are only marked are not among them. */
  readonly deleted: number;
}

export interface PublishReceipt {
  /** Rows that the run's ledger holds for the table, keys of `deleteMissing` apart. */
  readonly rows: number;
  /** Of a plan that has `deleteMissing`, where keys were read. */
  readonly missing?: MissingReceipt;
  /**
   * Of modes that find rows by their key: counted in the transactions that wrote them. Absent: some
   * could not be counted.
   */
  readonly merged?: MergedRows;
  /** What the table lacks although its rows are in, as an index that the rows do not allow. */
  readonly findings?: readonly Finding[];
  /**
   * Targets whose indexes and constraints were away in this run and are all back: the table's own,
   * and others whose foreign keys waited for it. Absent: none.
   */
  readonly indexesBack?: readonly TableRef[];
  /** Nothing was published. */
  readonly restart?: Restart;
}

/** How far the rows of a target reach. */
export interface NewestWatermark {
  /** Canonical text as of `WatermarkBound.value`. Absent: nothing can be left out of a load. */
  readonly value?: string;
  /**
   * The source's own newest watermark in the last run that completed the table
   * (`WatermarkPlan.newest`), with digits that the column may have cut. Absent: not known.
   */
  readonly read?: string;
  /**
   * In place of both: a run has loaded chunks into the table and never came to its end, so that rows
   * may be missing above the bound that it began at, however new the newest row is.
   */
  readonly unfinished?: {
    readonly run: RunId;
    readonly from?: WatermarkBound;
    /** As `WatermarkPlan.base`. */
    readonly base?: string;
  };
}

/** A column of a target that runs have fed from a source table. */
export interface FedColumn {
  readonly column: string;
  /** Absent: the column of soft deletes, which the run itself writes. */
  readonly source?: string;
  /** `ColumnSchema.nativeType` of the source's column. */
  readonly sourceType?: string;
  /** Among the columns that the last of these runs has fed, from 1. */
  readonly position: number;
  /** The name of the same column now, where that is known. */
  readonly nameNow?: string;
  /** A run that feeds it has come to its end. */
  readonly filled: boolean;
}

/** What becomes of an index, or a foreign key, of the table while a run loads it. */
export interface TablePiece {
  readonly name: string;
  readonly kind: 'index' | 'foreign key';
  /** `away`: dropped for the load, rebuilt after it. `anew`: built with the table that takes its place. */
  readonly becomes: 'stays' | 'away' | 'anew';
  /** Why it stays. Absent: the configuration takes none away. */
  readonly why?: string;
}

export interface TypeRequest {
  readonly table: TableRef;
  readonly pairs: readonly ColumnPair[];
  /** Absent: the run creates the table. */
  readonly existing: TableSchema | undefined;
  /** Columns that are narrower than their source may be altered. */
  readonly mayWiden: boolean;
  /**
   * Target columns whose stored values are compared with those that come, to find a row again or to
   * tell how far the table was read: with finer digits, what was cut or rounded would look new.
   */
  readonly compared: readonly string[];
  /** A new column that would keep fewer digits of a second than its source holds text. */
  readonly digitsAsText?: boolean;
  /** A new column of JSON keeps its text, not only what it means. */
  readonly jsonAsWritten?: boolean;
}

/** A column of the target that becomes something else than it is, or than the type map says. */
export interface TypeDecision {
  readonly column: string;
  /** What it then holds. */
  readonly type: LogicalType;
  readonly newType?: string;
  readonly widen?: Widening;
}

export interface TypeDecisions {
  readonly decisions: readonly TypeDecision[];
  /** What people should know of them, also of what was not done and why. */
  readonly notices: readonly string[];
}
