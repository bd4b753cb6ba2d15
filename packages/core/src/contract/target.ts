import type { ChunkPlan, ChunkStream, LoadReceipt } from './chunk.ts';
import type { ColumnPair } from './column-pair.ts';
import type { Finding } from './finding.ts';
import type { Grant, GrantsRequest } from './grants.ts';
import type {
  PrepareReceipt,
  PublishReceipt,
  TablePiece,
  Restart,
  FedColumn,
  NewestWatermark,
  TypeDecisions,
  TypeRequest,
} from './target-answers.ts';
import type {
  RejectedRow,
  RejectFilter,
  RejectGroup,
  RejectQuery,
  RetriedTable,
} from './rejects.ts';
import type { RepairReport, RepairRequest } from './repair.ts';
import type { TargetSession } from './sessions.ts';
import type { TableDigest } from './source.ts';
import type { TellsStanding } from './tells-standing.ts';
import type {
  AppendPlan,
  ChangesPlan,
  LoadMode,
  MergePlan,
  SwapPlan,
  TableKey,
  TablePlan,
  TruncatePlan,
} from './table-plan.ts';
import type { ColumnSchema, TableRef, TableSchema } from './table-schema.ts';
import type { WorkContext } from './work-context.ts';

/**
 * Where rows go. What is required here is what a run needs that adds rows, or empties a table and
 * fills it; the optional parts are capabilities: a target that has one offers more to the
 * configuration, and one that lacks it refuses those keys before anything is touched
 * (`CONFIG.UNSUPPORTED`). Whatever is there is tested by the conformance suite of
 * `@snowmelt/testkit`.
 */
export interface Target extends Loading<AppendPlan | TruncatePlan>, AsyncDisposable {
  /** One cheap round trip that proves the connection to a database; says who and where. */
  ping(database: string, context: WorkContext): Promise<string>;
  /** `undefined` where there is no such table. */
  describe(ref: TableRef, context: WorkContext): Promise<TableSchema | undefined>;
  /** Whether an existing table has no row. */
  isEmpty(ref: TableRef, context: WorkContext): Promise<boolean>;
  /** Rows that an existing table holds, whoever put them there. */
  count(ref: TableRef, context: WorkContext): Promise<number>;
  /** What the run has in the target's ledger for this table: chunks of rows and of keys. */
  receipts(table: TablePlan, context: WorkContext): Promise<readonly LoadReceipt[]>;

  readonly divides?: DividesLoads;
  readonly createsTables?: CreatesTables;
  /**
   * `run --limit`, of plans that have `read.limit`: `prepare` takes an empty table only
   * (`RUN.NOT_FIRST`), and `publish` leaves the run in the ledger as one that never came to its end.
   * Rows of such runs do not stand beside those of a later one: where its mode would leave them,
   * `prepare` takes out exactly these, or throws `RUN.ROWS_UNFINISHED`. Absent: no table is loaded in
   * part.
   */
  readonly limits?: true;
  readonly merges?: Merges;
  readonly swaps?: Swaps;
  readonly watermarks?: TargetWatermarks;
  readonly changes?: AppliesChanges;
  readonly deletesMissing?: DeletesMissing;
  readonly rejects?: Rejects;
  readonly repairs?: Repairs;
  readonly digests?: TargetDigests;
  readonly references?: References;
  readonly history?: History;
  readonly standing?: TellsStanding;
  readonly sessions?: ListsSessions;
  readonly foresees?: Foresees;
  readonly grants?: TargetGrants;
}

/** A target that has every capability, and loads plans of any mode itself. */
export type WholeTarget = Omit<Required<Target>, keyof Loading<TablePlan>> & Loading<TablePlan>;

/**
 * How tables of some modes are loaded: `prepare` once before the first chunk, `load` for each of
 * them, `publish` after the last one. All of them are idempotent: a run is killed anywhere and does
 * the same again, in another process, or two at once do the same.
 *
 * They rest on a ledger, which the target keeps beside its tables: a row for each chunk that is
 * loaded, written in the same transaction as the rows. So a chunk is in it exactly if its rows are
 * there, and nothing is lost or loaded twice.
 */
export interface Loading<Plan extends TablePlan> {
  /** What stands in the way of the plan, without changing anything. */
  check(
    table: Plan,
    existing: TableSchema | undefined,
    context: WorkContext,
  ): Promise<readonly Finding[]>;
  /**
   * Makes the target ready for the plan's first row: empties the table where the plan says so, once
   * a run, in the transaction that records it, and takes out what an unfinished run has added. Throws
   * where the plan's run was overtaken (`RUN.SUPERSEDED`). Whoever prepares again finds it done, and
   * rows that are loaded stay.
   */
  prepare(table: Plan, context: WorkContext): Promise<PrepareReceipt>;
  /**
   * Loads a chunk and writes its ledger row in one transaction. The ledger row comes first: where
   * it is there already, `open` is not called. With `rejects` in the plan, rows that the target
   * refuses are kept beside it in the same transaction, for which `open` may be called again; with
   * more of them than the limit it throws `TARGET.TOO_MANY_REJECTS`. Throws and leaves nothing
   * where the rows counted are not those announced (`TARGET.ROW_COUNT_MISMATCH`).
   */
  load(
    table: Plan,
    chunk: ChunkPlan,
    open: () => Promise<ChunkStream>,
    context: WorkContext,
  ): Promise<LoadReceipt>;
  /** What comes after the last chunk. Throws where another run has begun on the table since. */
  publish(table: Plan, context: WorkContext): Promise<PublishReceipt>;
  /**
   * Forgets what the run has loaded of the table, since the source can't give the rest of it: the rows
   * are taken out, will be when the table is prepared anew, or are found again by their key. One
   * transaction; again, it changes nothing. Throws `RUN.ROWS_CHANGED`, and leaves all as it is, where
   * rows that were only added can't be taken out exactly.
   */
  restart(table: Plan, why: string, context: WorkContext): Promise<Restart>;
}

/** Chunks that take longer than a process lives are loaded in pieces. */
export interface DividesLoads {
  /**
   * Writes into the ledger that nobody loads the chunk any more, of a plan of any mode, and how many
   * pieces it is to be loaded in: `load` then gives the receipt that says so. A loader that is at work
   * on it is waited for, or ended. Where the chunk is loaded, or divided, nothing changes: the receipt
   * is that.
   */
  divide(
    table: TablePlan,
    chunk: ChunkPlan,
    pieces: number,
    context: WorkContext,
  ): Promise<LoadReceipt>;
}

/** `schema_evolution`: `prepare` makes tables and columns that are missing. */
export interface CreatesTables {
  /**
   * Decided once, with the plan: which types columns get, or are widened to, by what hangs on the
   * database at hand. Changes nothing.
   */
  decideTypes(request: TypeRequest, context: WorkContext): Promise<TypeDecisions>;
  /**
   * Digits of a second that a column keeps, a new one where there is none yet; `undefined`: as many
   * as the source.
   */
  fractionDigits(source: ColumnSchema, target: ColumnSchema | undefined): number | undefined;
}

/**
 * `uniqueness_columns`: rows find the old ones by their key. With `firstLoad` in the plan the table
 * was empty when it was planned.
 */
export interface Merges extends Loading<MergePlan> {}

/**
 * `refresh: swap`: `prepare` makes the place where rows are gathered, and the table's rows stay;
 * `publish` puts exactly the run's rows in their place, in one transaction, or throws and leaves the
 * old ones.
 */
export interface Swaps extends Loading<SwapPlan> {}

/** `target_watermark`: what a run that reads newer rows only has to know of the rows that are there. */
export interface TargetWatermarks {
  /**
   * Of an existing table, for rows of the source table `key`. Throws where the newest value has no
   * place in the source (`infinity`), and for `append` where rows that were loaded are gone and how
   * far others reach can't be told (`RUN.ROWS_CHANGED`).
   */
  newest(table: TableOfRun, column: ColumnPair, context: WorkContext): Promise<NewestWatermark>;
}

/**
 * `changes: cdc`: chunks bring net changes, an action and the row (docs/reference/canonical-csv.md,
 * "Changes"). They are gathered; `publish` deletes the keys that are deleted and not inserted again,
 * and inserts or updates the others, in one transaction, once. Of every plan with `changes`, whatever
 * its mode, `publish` records the snapshot that the table then holds.
 */
export interface AppliesChanges extends Loading<ChangesPlan> {
  /**
   * The snapshot point whose rows an existing table holds, as the plan would have loaded them: from
   * the same feed, into the same columns, under the same filter. `undefined` where no run has
   * completed that, or another has loaded the table since.
   */
  heldSnapshot(table: TablePlan, context: WorkContext): Promise<string | undefined>;
}

/**
 * `delete_missing`, of plans that have `deleteMissing`: chunks of keys (`ChunkPlan.of`) have the
 * plan's key columns for fields, change no row of the table, and are gathered where `prepare` has
 * made a place for them. `publish` deletes or marks the rows whose key was not loaded, once, in one
 * transaction in which the keys are counted. It throws and changes nothing where they are not all
 * there, or where no row would be left (`TARGET.DELETES_ALL`). A row whose key holds a NULL that no
 * source row can match stays.
 */
export interface DeletesMissing extends Loading<MergePlan> {}

/** `on_row_error: quarantine`, of plans that have `rejects`: refused rows are kept, not lost. */
export interface Rejects {
  /** The rows that are in quarantine in a database, by their reasons. */
  groups(
    database: string,
    query: RejectQuery,
    context: WorkContext,
  ): Promise<readonly RejectGroup[]>;
  /** The rows themselves, the oldest first, `limit` of them at most. */
  rows(
    database: string,
    query: RejectQuery & { readonly limit: number },
    context: WorkContext,
  ): Promise<readonly RejectedRow[]>;
  /**
   * Loads the open ones in the mode of their table, each once: what goes in is marked in the same
   * transaction. A row that is refused again stays.
   */
  retry(
    database: string,
    filter: RejectFilter,
    context: WorkContext,
  ): Promise<readonly RetriedTable[]>;
}

/** `disable_index` and `snowmelt repair`: what a run takes away, or leaves behind, is put right. */
export interface Repairs {
  /**
   * Finishes what runs that are gone have left undone in a database: indexes and constraints that
   * they dropped for a load; and removes what no run can go on with, sessions of killed runs among
   * it. Idempotent; changes nothing where nothing is owed, or with `dryRun`.
   */
  repair(request: RepairRequest, context: WorkContext): Promise<RepairReport>;
}

/** `verify: digest`. */
export interface TargetDigests {
  /** The digest of the target's own rows over the plan's comparable columns. */
  digest(table: TablePlan, context: WorkContext): Promise<TableDigest>;
}

/** Tables whose rows need rows of other tables (foreign keys). */
export interface References {
  /** Those that refer to this one, directly or through others, and are loaded after it. */
  dependents(ref: TableRef, context: WorkContext): Promise<readonly TableRef[]>;
}

/** What the target remembers of runs beyond their end. */
export interface History {
  /** The columns that runs have fed of an existing table. */
  fedColumns(table: TableOfRun, context: WorkContext): Promise<readonly FedColumn[]>;
}

/** `snowmelt diagnose`: what of runs is at work in a database this moment, and who is in its way. */
export interface ListsSessions {
  /** Changes nothing, and waits for nobody. */
  list(database: string, context: WorkContext): Promise<readonly TargetSession[]>;
}

/** `snowmelt plan`: what a run would do to the table beside its rows. Changes nothing. */
export interface Foresees {
  /** Indexes of the existing table, with the constraints that they carry, and its foreign keys. */
  pieces(table: TablePlan, context: WorkContext): Promise<readonly TablePiece[]>;
  /** The type that a new column gets, as the database spells it; nothing where there is none. */
  newType(pair: ColumnPair): string | undefined;
}

/** `snowmelt grants`. */
export interface TargetGrants {
  /** What a role needs in one database to load these tables. */
  grants(database: string, request: GrantsRequest, context: WorkContext): Promise<readonly Grant[]>;
}

/** A source table, and the table of the target that it goes into. */
export interface TableOfRun {
  readonly key: TableKey;
  readonly target: TableRef;
  /** How the run loads it. Absent: nothing is to be loaded. */
  readonly mode?: LoadMode;
}
