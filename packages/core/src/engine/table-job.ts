import type { ReadOptions, LoadMode, TableKey } from '../contract/table-plan.ts';
import type { TableRef } from '../contract/table-schema.ts';

/** How far a table is compared with its source when it is loaded. */
export type VerifyMode = 'off' | 'count' | 'digest';

/** Which columns travel, and under which names. Names of the source as stored. */
export interface ColumnChoice {
  /** Absent: all. */
  readonly include?: readonly string[];
  readonly exclude: readonly string[];
  /** Source column → target column. */
  readonly mapping: Readonly<Record<string, string>>;
}

/** One table to move: the configuration with every default resolved. */
export interface TableJob {
  readonly key: TableKey;
  readonly sourceName: string;
  readonly source: TableRef;
  readonly target: TableRef;
  readonly mode: LoadMode;
  readonly read: ReadOptions;
  readonly columns: ColumnChoice;
  /** Chunks of this table in flight at most. */
  readonly parallelThreads: number;
  /** Tries a chunk. */
  readonly maxRetryAttempts: number;
  readonly schemaEvolution: 'create_and_add' | 'create' | 'off';
  readonly truncateCascade: boolean;
  readonly snapshot: 'auto' | 'required' | 'off';
  readonly verify: VerifyMode;
  /** Hash of what decides which rows go where. */
  readonly hash: string;
  /** What the configuration says that this run sets aside, for people. */
  readonly notices: readonly string[];
}
