import type { ExtraDigits, LostZone, UnsupportedJson, UnsupportedText } from './column-pair.ts';
import type { LoadMode, ReadOptions, RejectRules, TableKey } from './table-plan.ts';
import type { TableRef } from './table-schema.ts';

/** How far a table is compared with its source when it is loaded. */
export type VerifyMode = 'off' | 'count' | 'digest';

/** Which columns travel, and under which names. Names of the source as stored. */
export interface ColumnChoice {
  /** Absent: all. */
  readonly include?: readonly string[];
  readonly exclude: readonly string[];
  /** Target columns that earlier runs have fed and this one does not, and which stay. Absent: none. */
  readonly keep?: readonly string[];
  /** Source column → target column. */
  readonly mapping: Readonly<Record<string, string>>;
}

/** Column names as the configuration has them; which side's they are is found with the schemas. */
export interface WatermarkChoice {
  readonly source: string;
  readonly target: string;
  readonly overlapSeconds: number;
}

export type MissingChoice =
  | { readonly how: 'hard' }
  /** `column`: of the target. */
  | { readonly how: 'soft'; readonly column: string };

/** One table to move: the configuration with every default resolved. */
export interface TableJob {
  readonly key: TableKey;
  readonly sourceName: string;
  readonly source: TableRef;
  /** The wildcard that the table was found by; `open`: its tables are not looked for yet. */
  readonly wildcard?: { readonly pattern: string; readonly open: boolean };
  /** What the names mean without quotes, where they are written without and in small letters. */
  readonly sourceInCapitals?: TableRef;
  readonly target: TableRef;
  readonly mode: LoadMode;
  /** The table is kept by the source's changes: by this run, or after its full refresh. */
  readonly changes?: boolean;
  /** Of `changes`: the run before has found other rows in the target, so that all are read anew. */
  readonly readsWhole?: boolean;
  /** The key of `upsert`, `insert-only` and `changes`: names of source or target columns. */
  readonly uniqueness: readonly string[];
  readonly watermark?: WatermarkChoice;
  /** Rows that the source lacks are deleted, or marked in a column. Absent: they stay. */
  readonly deleteMissing?: MissingChoice;
  /** Takes the place of `read.batchRows` in the first load of an empty target. */
  readonly firstLoadBatchRows?: number;
  readonly read: ReadOptions;
  readonly columns: ColumnChoice;
  /** Chunks of this table in flight at most. */
  readonly parallelThreads: number;
  /** Tries a chunk. */
  readonly maxRetryAttempts: number;
  readonly schemaEvolution: 'create_and_add' | 'create' | 'off';
  readonly emptiesOthers: boolean;
  /** What becomes of digits of a second that the target lacks. Absent: they are cut off. */
  readonly extraDigits?: ExtraDigits;
  /** What becomes of moments in columns without time zone. Absent: such columns are refused. */
  readonly lostZone?: LostZone;
  /** What becomes of text that the target can't hold. Absent: its row is refused. */
  readonly unsupportedText?: UnsupportedText;
  readonly unsupportedJson?: UnsupportedJson;
  /** New columns of JSON keep its text. Absent: what it means. */
  readonly jsonAsWritten?: boolean;
  /** Secondary indexes are dropped for the load and rebuilt after it. Absent: they stay. */
  readonly rebuildIndexes?: boolean;
  /** Rows that the target refuses are put in quarantine. Absent: they fail their chunk. */
  readonly rejects?: RejectRules;
  readonly snapshot: 'auto' | 'required' | 'off';
  readonly verify: VerifyMode;
  /** Marks the table's statements at the source. Absent: as the source is set up. */
  readonly queryTag?: string;
  /** Hash of what decides which rows go where. */
  readonly hash: string;
  /** What the configuration says that this run sets aside, for people. */
  readonly notices: readonly string[];
}
