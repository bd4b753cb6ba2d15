import type { ChunkPlan, ChunkStream, LoadReceipt } from './chunk.ts';
import type { Finding } from './finding.ts';
import type { Grant, GrantsRequest } from './grants.ts';
import type {
  RejectedRow,
  RejectFilter,
  RejectGroup,
  RejectQuery,
  RetriedTable,
} from './rejects.ts';
import type { RepairReport, RepairRequest } from './repair.ts';
import type { TableDigest } from './source.ts';
import type { ColumnPair, Widening } from './column-pair.ts';
import type {
  DeleteMissing,
  LoadMode,
  RunId,
  TableKey,
  TablePlan,
  WatermarkBound,
} from './table-plan.ts';
import type { ColumnSchema, LogicalType, TableRef, TableSchema } from './table-schema.ts';
import type { WorkContext } from './work-context.ts';

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

export interface PublishReceipt {
  /** Rows that the run's ledger holds for the table, keys of `deleteMissing` apart. */
  readonly rows: number;
  /** Of a plan that has `deleteMissing`, where keys were read. */
  readonly missing?: MissingReceipt;
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

/** Where rows go. `prepare`, `load` and `publish` are idempotent. */
export interface Target extends AsyncDisposable {
  /** One cheap round trip that proves the connection to a database; says who and where. */
  ping(database: string, context: WorkContext): Promise<string>;
  /** `undefined` where there is no such table. */
  describe(ref: TableRef, context: WorkContext): Promise<TableSchema | undefined>;
  /** What runs have fed of an existing table. Absent: this target does not remember. */
  fedColumns?(
    table: { readonly key: TableKey; readonly target: TableRef },
    context: WorkContext,
  ): Promise<readonly FedColumn[]>;
  /** Whether an existing table has no row. */
  isEmpty(ref: TableRef, context: WorkContext): Promise<boolean>;
  /** Rows that an existing table holds, whoever put them there. */
  count(ref: TableRef, context: WorkContext): Promise<number>;
  /**
   * The snapshot point whose rows an existing table holds, as the plan would have loaded them: from
   * the same feed, into the same columns, under the same filter. `undefined` where no run has
   * completed that, or another has loaded the table since. Absent: this target can't apply changes.
   */
  heldSnapshot?(table: TablePlan, context: WorkContext): Promise<string | undefined>;
  /**
   * Of an existing table, for rows of the source table `key`. Throws where the newest value has no
   * place in the source (`infinity`), and for `append` where rows that were loaded are gone and how
   * far others reach can't be told (`RUN.ROWS_CHANGED`).
   */
  newestWatermark(
    table: { readonly key: TableKey; readonly target: TableRef; readonly mode?: LoadMode },
    column: ColumnPair,
    context: WorkContext,
  ): Promise<NewestWatermark>;
  /**
   * The other tables whose foreign keys lead to this one, directly or through others: TRUNCATE of
   * it reaches them, and their rows need its rows. Empty where there is no such table.
   */
  dependents(ref: TableRef, context: WorkContext): Promise<readonly TableRef[]>;
  /** Digits of a second that a column of the target keeps; `undefined`: as many as the source. */
  fractionDigits(source: ColumnSchema, target: ColumnSchema | undefined): number | undefined;
  /** Decided once, with the plan: what hangs on the database at hand. Changes nothing. */
  decideTypes(request: TypeRequest, context: WorkContext): Promise<TypeDecisions>;
  /** What stands in the way of the plan, without changing anything. */
  check(
    table: TablePlan,
    existing: TableSchema | undefined,
    context: WorkContext,
  ): Promise<readonly Finding[]>;
  /** What a role needs in one database to load these tables. Absent: this target knows no roles. */
  grants?(
    database: string,
    request: GrantsRequest,
    context: WorkContext,
  ): Promise<readonly Grant[]>;
  /**
   * Creates what is missing, widens what the plan says and, for `truncate`, empties the table: once a run, recorded in the
   * transaction that does it, together with those of `emptiedWith` that TRUNCATE reaches. Throws
   * where it would reach others, or rows that this run has loaded. For `swap` and `changes` it makes
   * the place where rows are gathered, and the rows of the table stay; for `deleteMissing` the place
   * of the keys, and the column of the marks.
   */
  prepare(table: TablePlan, context: WorkContext): Promise<PrepareReceipt>;
  /**
   * Forgets what the run has loaded of the table, since the source can't give the rest of it: the rows
   * are taken out, will be when the table is prepared anew, or are found again by their key. One
   * transaction; again, it changes nothing. Throws `RUN.ROWS_CHANGED`, and leaves all as it is, where
   * rows that were only added can't be taken out exactly.
   */
  restart(table: TablePlan, why: string, context: WorkContext): Promise<Restart>;
  /** What the run has in the target's ledger for this table: chunks of rows and of keys. */
  receipts(table: TablePlan, context: WorkContext): Promise<readonly LoadReceipt[]>;
  /**
   * Loads a chunk and writes its ledger row in one transaction. The ledger row comes first: where
   * it is there already, `open` is not called. With `rejects` in the plan, rows that the target
   * refuses are kept beside it in the same transaction, for which `open` may be called again; with
   * more of them than the limit it throws `TARGET.TOO_MANY_REJECTS`. Throws and leaves nothing
   * where the rows counted are not those announced (`TARGET.ROW_COUNT_MISMATCH`). A chunk of keys
   * has the plan's key columns for fields, and changes no row of the table.
   */
  load(
    table: TablePlan,
    chunk: ChunkPlan,
    open: () => Promise<ChunkStream>,
    context: WorkContext,
  ): Promise<LoadReceipt>;
  /**
   * What comes after the last chunk. For `swap`: puts exactly the run's rows in place of the
   * table's, in one transaction, or throws and leaves the old ones. For `changes`: deletes the keys
   * that are deleted and not inserted again, and inserts or updates the others, in one transaction,
   * once. Of a plan with `changes` it records the snapshot that the table then holds. For
   * `deleteMissing`: deletes or marks the rows whose key was not loaded, once, in one transaction in
   * which the keys are counted. Throws and changes nothing where the keys are not all there, where
   * another run has begun on the table since (`RUN.SUPERSEDED`), or where no row would be left
   * (`TARGET.DELETES_ALL`). A row whose key holds a NULL that no source row can match stays.
   */
  publish(table: TablePlan, context: WorkContext): Promise<PublishReceipt>;
  /** The digest of the target's own rows over the plan's comparable columns. */
  digest(table: TablePlan, context: WorkContext): Promise<TableDigest>;
  /**
   * Finishes what runs that are gone have left undone in a database: indexes and constraints that
   * they dropped for a load; and removes what no run can go on with, sessions of killed runs among
   * it. Idempotent; changes nothing where nothing is owed, or with `dryRun`.
   */
  repair(request: RepairRequest, context: WorkContext): Promise<RepairReport>;
  /** The rows of `TablePlan.rejects` that are in quarantine in a database, by their reasons. */
  rejects(
    database: string,
    query: RejectQuery,
    context: WorkContext,
  ): Promise<readonly RejectGroup[]>;
  /** The rows themselves, the oldest first, `limit` of them at most. */
  rejectedRows(
    database: string,
    query: RejectQuery & { readonly limit: number },
    context: WorkContext,
  ): Promise<readonly RejectedRow[]>;
  /**
   * Loads the open ones in the mode of their table, each once: what goes in is marked in the same
   * transaction. A row that is refused again stays.
   */
  retryRejects(
    database: string,
    filter: RejectFilter,
    context: WorkContext,
  ): Promise<readonly RetriedTable[]>;
}
