import type { ChunkPlan, ChunkStream, LoadReceipt } from './chunk.ts';
import type { TableDigest } from './source.ts';
import type { TablePlan } from './table-plan.ts';
import type { ColumnSchema, TableRef, TableSchema } from './table-schema.ts';
import type { WorkContext } from './work-context.ts';

export interface PublishReceipt {
  /** Rows that the run's ledger holds for the table. */
  readonly rows: number;
}

/** Why a plan can't be loaded as it stands: each finding names its place and its mend. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly column?: string;
  readonly fix: string;
}

/** Where rows go. `prepare`, `load` and `publish` are idempotent. */
export interface Target extends AsyncDisposable {
  /** One cheap round trip that proves the connection to a database; says who and where. */
  ping(database: string, context: WorkContext): Promise<string>;
  /** `undefined` where there is no such table. */
  describe(ref: TableRef, context: WorkContext): Promise<TableSchema | undefined>;
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
   * transaction that does it.
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
  /** What comes after the last chunk: later indexes and swaps, now ANALYZE. */
  publish(table: TablePlan, context: WorkContext): Promise<PublishReceipt>;
  /** The digest of the target's own rows over the plan's comparable columns. */
  digest(table: TablePlan, context: WorkContext): Promise<TableDigest>;
}
