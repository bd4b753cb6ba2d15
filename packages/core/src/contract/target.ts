import type { ChunkPlan, ChunkStream, LoadReceipt } from './chunk.ts';
import type { TableDigest } from './source.ts';
import type { ColumnPair, RunId, TablePlan, Widening } from './table-plan.ts';
import type { ColumnSchema, LogicalType, TableRef, TableSchema } from './table-schema.ts';
import type { WorkContext } from './work-context.ts';

export interface PublishReceipt {
  /** Rows that the run's ledger holds for the table. */
  readonly rows: number;
  /** What the table lacks although its rows are in, as an index that the rows do not allow. */
  readonly findings?: readonly Finding[];
}

/** What `repair` did in one database. */
export interface RepairReport {
  readonly database: string;
  readonly tables: readonly RepairedTable[];
}

export interface RepairedTable {
  readonly target: TableRef;
  /** A live run has the table: it was left alone. */
  readonly busy: boolean;
  /** Indexes and constraints that were missing; those that still are have a finding. */
  readonly owed: readonly string[];
  readonly findings: readonly Finding[];
}

/** Why a plan can't be loaded as it stands: each finding names its place and its mend. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly column?: string;
  readonly fix: string;
}

/** How far the rows of a target reach. */
export interface NewestWatermark {
  /** Canonical text as of `WatermarkBound.value`. Absent: nothing can be left out of a load. */
  readonly value?: string;
  /**
   * A run has loaded chunks into the table and never came to its end: rows may be missing above
   * the bound that it began at, which is then the `value`, however new the newest row is.
   */
  readonly unfinished?: RunId;
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
  /** Whether an existing table has no row. */
  isEmpty(ref: TableRef, context: WorkContext): Promise<boolean>;
  /** Of an existing table. Throws where the newest value has no place in the source (`infinity`). */
  newestWatermark(
    ref: TableRef,
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
  /**
   * Creates what is missing, widens what the plan says and, for `truncate`, empties the table: once a run, recorded in the
   * transaction that does it, together with those of `emptiedWith` that TRUNCATE reaches. Throws
   * where it would reach others, or rows that this run has loaded. For `swap` it makes the place where rows are gathered, and the rows
   * of the table stay.
   */
  prepare(table: TablePlan, context: WorkContext): Promise<void>;
  /** What the run has in the target's ledger for this table. */
  receipts(table: TablePlan, context: WorkContext): Promise<readonly LoadReceipt[]>;
  /**
   * Loads a chunk and writes its ledger row in one transaction. The ledger row comes first: where
   * it is there already, `open` is not called. Throws and leaves nothing where the rows counted
   * are not those announced (`TARGET.ROW_COUNT_MISMATCH`).
   */
  load(
    table: TablePlan,
    chunk: ChunkPlan,
    open: () => Promise<ChunkStream>,
    context: WorkContext,
  ): Promise<LoadReceipt>;
  /**
   * What comes after the last chunk. For `swap`: puts exactly the run's rows in place of the
   * table's, in one transaction, or throws and leaves the old ones.
   */
  publish(table: TablePlan, context: WorkContext): Promise<PublishReceipt>;
  /** The digest of the target's own rows over the plan's comparable columns. */
  digest(table: TablePlan, context: WorkContext): Promise<TableDigest>;
  /**
   * Finishes what runs that are gone have left undone in a database: indexes and constraints that
   * they dropped for a load. Idempotent; changes nothing where nothing is owed.
   */
  repair(database: string, context: WorkContext): Promise<RepairReport>;
}
