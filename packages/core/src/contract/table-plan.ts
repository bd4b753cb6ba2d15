import type { ColumnPair } from './column-pair.ts';
import type { ColumnSchema, TableRef } from './table-schema.ts';

export type RunId = string;

/** Names one source table on its way into one target: unique in a run and the same in every run. */
export type TableKey = string;

/**
 * Everything that is decided of a table before its first row moves: what all tables have
 * (`PlanBase`), and what its mode brings. JSON; kept with the run, and by targets that go on with
 * it. What only one mode has can be asked for only once `mode` is known.
 */
export type TablePlan =
  AppendPlan | TruncatePlan | SwapPlan | UpsertPlan | InsertOnlyPlan | ChangesPlan;

export type LoadMode = TablePlan['mode'];

/** Rows are added to those that are there. */
export interface AppendPlan extends PlanBase, InPlace, Incremental, Whole {
  readonly mode: 'append';
}

/** The table is emptied once a run, before its first row comes. */
export interface TruncatePlan extends PlanBase, InPlace, Whole {
  readonly mode: 'truncate';
  /** Emptying the table may also empty tables outside the run that refer to it. */
  readonly emptiesOthers: boolean;
  /**
   * Tables that refer to this one, and that the same run empties and loads: they may be emptied with
   * it, `emptiesOthers` or not. Found anew by each invocation, for what its configuration says.
   * Absent: there are none.
   */
  readonly emptiedWith?: readonly EmptiedTable[];
}

/** Rows are gathered beside the table and take the place of its rows at `publish`, all at once. */
export interface SwapPlan extends PlanBase, Whole {
  readonly mode: 'swap';
}

/** Where its key is there, a row takes the place of the old one if it is newer. */
export interface UpsertPlan extends PlanBase, InPlace, Incremental, Keyed {
  readonly mode: 'upsert';
  /**
   * With a watermark: columns that are fed for the first time. All rows are read, and as new as the
   * stored one counts as newer, so that rows that are there get them. Absent: there are none.
   */
  readonly fills?: readonly string[];
}

/** Where its key is there, the old row stays. */
export interface InsertOnlyPlan extends PlanBase, InPlace, Incremental, Keyed {
  readonly mode: 'insert-only';
}

/** What has changed at the source is gathered and applied by key at `publish`, all at once. */
export interface ChangesPlan extends PlanBase {
  readonly mode: 'changes';
  readonly changes: ChangeWindow;
}

type KeyOf<Plan> = Plan extends unknown ? keyof Plan : never;
type ValueOf<Plan, Key> = Plan extends unknown
  ? Key extends keyof Plan
    ? Plan[Key]
    : never
  : never;

/** Some keys of a plan whose mode is not known yet. */
export type PlanParts = {
  readonly [Key in KeyOf<TablePlan>]?: Exclude<ValueOf<TablePlan, Key>, undefined>;
};

/** A plan whose rows find those that are there by their key. */
export type MergePlan = UpsertPlan | InsertOnlyPlan;

/** What every plan has. */
export interface PlanBase {
  readonly run: RunId;
  readonly key: TableKey;
  readonly source: TableRef;
  /** `TableSchema.object` of the source, whose rows they are to the end. Absent: not known. */
  readonly sourceObject?: string;
  readonly target: TableRef;
  /** In the order of the CSV fields. Never empty. */
  readonly columns: readonly ColumnPair[];
  /**
   * Target column names by which rows are found again: by those of this run, where it merges them or
   * applies changes, and by the changes of later ones. Empty: nothing finds a row again.
   */
  readonly keyColumns: readonly string[];
  /** Target column names of the primary key to create, where the target is created. */
  readonly primaryKey: readonly string[];
  readonly snapshot: TableSnapshot;
  readonly extract: ExtractMode;
  readonly read: ReadOptions;
  /** The source's columns that `read.chunkColumns` names, copied or not. Absent: none is named. */
  readonly chunkColumns?: readonly ColumnSchema[];
  /** The source's columns of `TableSchema.clusterKey`, copied or not. Absent: there is none. */
  readonly clusterColumns?: readonly ColumnSchema[];
  readonly estimatedRows?: number;
  readonly estimatedBytes?: number;
  /** How often this run has begun the table anew (`PrepareReceipt.restart`). Absent: never. */
  readonly restarts?: number;
  /**
   * Rows that the target refuses are put in quarantine, up to so many in the run; the other rows of
   * their chunks are loaded. Found anew by each invocation. Absent: such a chunk fails.
   */
  readonly rejects?: RejectRules;
}

/** Of modes whose chunks go into the table itself, under its readers' eyes. */
export interface InPlace {
  /** Secondary indexes are dropped for the load and rebuilt at publish. Absent: they stay. */
  readonly rebuildIndexes?: boolean;
}

/** Of modes that may leave out what was read before. */
export interface Incremental {
  /** Absent: all rows are read, and nothing says how new one is. */
  readonly watermark?: WatermarkPlan;
}

/** Of modes in which the source's rows, all of them, are the table's rows. */
export interface Whole {
  /** Later runs keep the table by its changes. Absent: they do not. */
  readonly changes?: ChangeFeed;
}

/** Of modes that find rows by their key. */
export interface Keyed {
  /**
   * The target was empty when the run planned the table: chunks are copied straight into it, and
   * merged only where a key is there already.
   */
  readonly firstLoad?: boolean;
  /** Only of a source that is read at a snapshot. Absent: rows that the source lacks stay. */
  readonly deleteMissing?: DeleteMissing;
}

/** A table that is kept by the changes of its source. */
export interface ChangeFeed {
  /** Names the object whose changes are read; one made anew under the same name has another. */
  readonly feed: string;
}

export interface ChangeWindow extends ChangeFeed {
  /**
   * The snapshot point whose rows the target holds: the run reads the net changes from there to its
   * own.
   */
  readonly from: string;
}

/** From where on an incremental load reads. Recorded once a run; nothing moves it. */
export interface WatermarkBound {
  /**
   * Canonical text (docs/reference/canonical-csv.md) of the source column's type: a number, a date,
   * or a timestamp in UTC without offset, whatever zone its type has.
   */
  readonly value: string;
  /** Rows of exactly this watermark are read as well. */
  readonly inclusive: boolean;
  /** Rows without a watermark are read as well. */
  readonly orNull: boolean;
}

/** The column that says how new a row is. */
export interface WatermarkPlan {
  readonly column: ColumnPair;
  /** Absent: all rows are read. */
  readonly from?: WatermarkBound;
  /**
   * The newest watermark of the source at the snapshot, or the one that was read before where there
   * is none newer: as `WatermarkBound.value`, with all digits. Absent: the source is not read at a
   * snapshot, or could not tell.
   */
  readonly newest?: string;
  /**
   * The newest watermark of the rows in the target that `from` was taken of, as the target holds it:
   * the run reads no row of before, so that one of it must stand until its end. Absent: `from` is, or
   * the plan is of an earlier version.
   */
  readonly base?: string;
}

export type ExtractMode = 'unload' | 'query';

export interface ChunkColumn {
  readonly column: string;
  /** A `chunking_column_types` word of the configuration; `any` where it has none. */
  readonly type: string;
}

/** What the configuration says of reading a table. */
export interface ReadOptions {
  readonly extract: ExtractMode | 'auto';
  /** A condition over the source's rows in the source's own language, passed on as it is. */
  readonly filter?: string;
  readonly chunkColumns: readonly ChunkColumn[];
  readonly sortColumns: readonly string[];
  /** Rows a chunk aims at when it is read by query. */
  readonly batchRows: number;
  /** The user's own place for unloads, as the source writes it. */
  readonly stage?: string;
  /**
   * Rows at most, whichever come first, for a first try (`run --limit`): what is loaded is a part of
   * the table, which nothing may take for the whole. Absent: all rows.
   */
  readonly limit?: number;
}

/**
 * One point in time that a whole run reads. `at` is an ISO 8601 instant with all its fractional
 * digits; `undefined` where the object can't be pinned, and then `reason` says why.
 */
export type TableSnapshot =
  | { readonly pinned: true; readonly at: string }
  | { readonly pinned: false; readonly reason: string };

/** Another table that the run empties and loads. */
export interface EmptiedTable {
  readonly key: TableKey;
  readonly target: TableRef;
}

/**
 * What becomes of target rows whose key the source lacks at the snapshot point, under the plan's
 * filter but whatever its watermark: they are deleted, or the time of the snapshot is written into
 * a column of theirs.
 */
export type DeleteMissing = (
  | { readonly how: 'hard' }
  | {
      readonly how: 'soft';
      /** Of the target; NULL in rows that the source has. */
      readonly column: string;
      /** The run makes the column where the target lacks it. */
      readonly addsColumn: boolean;
    }
) & {
  /** How the keys of the whole source are read. Absent: the target was empty, nothing is missing. */
  readonly keys?: Pick<PlanBase, 'extract' | 'estimatedRows' | 'estimatedBytes'>;
};

export interface RejectRules {
  readonly limit: number;
}

/**
 * `live`: a process holds the run, or a worker a chunk of it. `open`: nobody does, and the run can be
 * gone on with. `ended`: it can't, or has nothing left to do.
 */
export type RunLife = 'live' | 'open' | 'ended';
