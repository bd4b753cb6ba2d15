import type { ColumnSchema, LogicalType, TableRef } from './table-schema.ts';

export type RunId = string;

/** Names one source table on its way into one target: unique in a run and the same in every run. */
export type TableKey = string;

/** One column on its way: what is read, and where it goes. */
export interface ColumnPair {
  readonly source: ColumnSchema;
  /** The target column's name as stored. */
  readonly target: string;
  /** What the target column holds; absent where the run creates it as the type map says. */
  readonly targetType?: LogicalType;
  /**
   * Digits of a second that the target keeps, where they are fewer than the source has. The source
   * cuts the rest off, never rounding up (docs/decisions/0004), but for `extraDigits`.
   */
  readonly fractionDigits?: number;
  /** What becomes of digits over `fractionDigits` instead. Absent: they are cut off. */
  readonly extraDigits?: ExtraDigits;
  /**
   * A moment goes into a column without time zone: as it stands in UTC, or as it stands on the clock
   * at its offset. Absent: it does not, or `check` refuses it.
   */
  readonly lostZone?: LostZone;
  /** What the source does with text that the target can't hold. Absent: the target refuses it. */
  readonly unsupportedText?: UnsupportedText;
  /** What the source does with numbers that JSON does not have. Absent: the target refuses them. */
  readonly unsupportedJson?: UnsupportedJson;
  /** SQL of the type that a new column gets, where it is not the one of the type map. */
  readonly newType?: string;
  /** The existing column is given a wider type before rows move; `targetType` is the wider one. */
  readonly widen?: Widening;
}

/**
 * `round`: all digits are sent, and the target rounds. `fail`: a value that has such digits is sent
 * as a text that no column of its type takes, which says why. `text`: the column keeps them as
 * text; a plan that has this for a column of time is refused by `check`.
 */
export type ExtraDigits = 'round' | 'fail' | 'text';

export type LostZone = 'utc' | 'wall_clock';

/** Of U+0000: taken out, or U+FFFD in its place. */
export type UnsupportedText = 'strip' | 'replace';

/** Of NaN and infinities in JSON: null, or their word as a string. */
export type UnsupportedJson = 'null' | 'text';

/** Both as the target's database spells them. */
export interface Widening {
  readonly from: string;
  readonly to: string;
}

/**
 * How rows get into the target. `swap`: they are gathered beside it and take the place of its rows
 * at `publish`, all at once. `upsert`: where its key is there, a row takes the place of the old
 * one if it is newer. `insert-only`: the old one stays. `changes`: what has changed at the source
 * is gathered beside the table and applied by key at `publish`, all at once.
 */
export type LoadMode = 'append' | 'truncate' | 'swap' | 'upsert' | 'insert-only' | 'changes';

/** A table that is kept by the changes of its source. */
export interface ChangesPlan {
  /** Names the object whose changes are read; one made anew under the same name has another. */
  readonly feed: string;
  /**
   * The snapshot point whose rows the target holds: the run reads the net changes from there to its
   * own, as `changes`. Absent: the run reads all rows, and later ones go on from its snapshot.
   */
  readonly from?: string;
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
  /** A SQL condition over the source, passed on as it is. */
  readonly filter?: string;
  readonly chunkColumns: readonly ChunkColumn[];
  readonly sortColumns: readonly string[];
  /** Rows a chunk aims at when it is read by query. */
  readonly batchRows: number;
  /** The user's own stage for unloads, as written in Snowflake SQL (`@db.schema.stage/path`). */
  readonly stage?: string;
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
  readonly keys?: Pick<TablePlan, 'extract' | 'estimatedRows' | 'estimatedBytes'>;
};

/** Everything that is decided of a table before its first row moves. JSON; kept with the run. */
export interface TablePlan {
  readonly run: RunId;
  readonly key: TableKey;
  readonly source: TableRef;
  readonly target: TableRef;
  /** In the order of the CSV fields. Never empty. */
  readonly columns: readonly ColumnPair[];
  /** Target column names of the primary key to create, where the target is created. */
  readonly primaryKey: readonly string[];
  readonly snapshot: TableSnapshot;
  readonly mode: LoadMode;
  /** Target column names by which `upsert`, `insert-only` and changes find a row; else empty. */
  readonly keyColumns: readonly string[];
  readonly watermark?: WatermarkPlan;
  /** `from` is there exactly if the mode is `changes`. */
  readonly changes?: ChangesPlan;
  /**
   * The target of `upsert` or `insert-only` was empty when the run planned the table: chunks are
   * COPYed straight into it, and merged only where a key is there already.
   */
  readonly firstLoad?: boolean;
  /**
   * Of `upsert` with a watermark: columns that are fed for the first time. All rows are read, and as new
   * as the stored one counts as newer, so that rows that are there get them. Absent: there are none.
   */
  readonly fills?: readonly string[];
  /** Of `upsert` and `insert-only`, of a source that is read at a snapshot. Absent: rows stay. */
  readonly deleteMissing?: DeleteMissing;
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
  /** TRUNCATE may reach tables outside the run through CASCADE. */
  readonly truncateCascade: boolean;
  /**
   * What TRUNCATE of this table may reach as well, `truncateCascade` or not: the same run empties
   * and loads it. Found anew by each invocation, for what its configuration says. Absent: nothing.
   */
  readonly emptiedWith?: readonly EmptiedTable[];
  /** Secondary indexes are dropped for the load and rebuilt at publish. Absent: they stay. */
  readonly rebuildIndexes?: boolean;
  /**
   * Rows that the target refuses are put in quarantine, up to so many in the run; the other rows of
   * their chunks are loaded. Found anew by each invocation. Absent: such a chunk fails.
   */
  readonly rejects?: RejectRules;
}

export interface RejectRules {
  readonly limit: number;
}

/**
 * `live`: a process holds the run, or a worker a chunk of it. `open`: nobody does, and the run can be
 * gone on with. `ended`: it can't, or has nothing left to do.
 */
export type RunLife = 'live' | 'open' | 'ended';
