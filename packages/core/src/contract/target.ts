import type { ChunkPlan, ChunkStream, LoadReceipt } from './chunk.ts';
import type { TableDigest } from './source.ts';
import type { ColumnPair, RunId, TablePlan } from './table-plan.ts';
import type { ColumnSchema, TableRef, TableSchema } from './table-schema.ts';
import type { WorkContext } from './work-context.ts';

export interface PrepareReceipt {
  /** Indexes or constraints of the table are away for its load, until `publish`. */
  readonly indexesDisabled: boolean;
}

export interface PublishReceipt {
  /** Rows that the run's ledger holds for the table. */
  readonly rows: number;
  /** What the table lacks although its rows are in, as an index that the rows do not allow. */
  readonly findings?: readonly Finding[];
  /**
   * Targets whose indexes and constraints were away in this run and are all back: the table's own,
   * and others whose foreign keys waited for it. Absent: none.
   */
  readonly indexesBack?: readonly TableRef[];
}

export interface RepairRequest {
  readonly database: string;
  /** Also rows that a swap has gathered in a run which could still go on: then it can't. */
  readonly dropShadows: boolean;
}

/** What `repair` did in one database. */
export interface RepairReport {
  readonly database: string;
  readonly tables: readonly RepairedTable[];
  readonly shadows: readonly RepairedShadow[];
}

/** A table in which a swap gathers rows, left behind by a run that is gone. */
export interface RepairedShadow {
  readonly shadow: string;
  /**
   * `kept`: its run can still go on with it. `busy`: a live run has the target. `not-owned`: the
   * role may not drop it.
   */
  readonly outcome: 'removed' | 'kept' | 'busy' | 'not-owned';
  /** Absent where the ledger knows of no run that made it. */
  readonly run?: RunId;
  readonly target?: TableRef;
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
  /** What stands in the way of the plan, without changing anything. */
  check(
    table: TablePlan,
    existing: TableSchema | undefined,
    context: WorkContext,
  ): Promise<readonly Finding[]>;
  /**
   * Creates what is missing and, for `truncate`, empties the table: once a run, recorded in the
   * transaction that does it, together with those of `emptiedWith` that TRUNCATE reaches. Throws
   * where it would reach others, or rows that this run has loaded. For `swap` it makes the place where rows are gathered, and the rows
   * of the table stay.
   */
  prepare(table: TablePlan, context: WorkContext): Promise<PrepareReceipt>;
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
   * they dropped for a load; and removes what no run can go on with. Idempotent; changes nothing
   * where nothing is owed.
   */
  repair(request: RepairRequest, context: WorkContext): Promise<RepairReport>;
}
