import type { JsonObject } from './json.ts';
import type { RunId, TableKey } from './table-plan.ts';

/**
 * The statements of one table that the source is at work on, where any process of the run finds them: a
 * statement may take longer than the process that began it lives.
 */
export interface KeptStatements {
  /** What was kept under this name, and not forgotten. */
  find(name: string): Promise<JsonObject | undefined>;
  /** Idempotent; the last one that was kept under a name is what is found. */
  keep(name: string, statement: JsonObject): Promise<void>;
  forget(name: string): Promise<void>;
  /** A stop of this process leaves them at work; else it cancels them. */
  readonly outlive: boolean;
}

/** `StatusStore` that keeps them; they go with the table's chunks when it begins anew. */
export interface StatementKeeping {
  find(run: RunId, table: TableKey, name: string): Promise<JsonObject | undefined>;
  keep(run: RunId, table: TableKey, name: string, statement: JsonObject): Promise<void>;
  forget(run: RunId, table: TableKey, name: string): Promise<void>;
}
