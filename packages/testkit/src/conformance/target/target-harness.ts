import type { TableRef, Target } from '@snowmelt/core';

/**
 * What the suite needs of an adapter: a database that no other harness sees. Disposing it closes
 * every target that it opened and the case did not.
 */
export interface TargetHarness extends AsyncDisposable {
  /** A target as one more process would open it. */
  open(): Promise<Target>;
  /** Where a table of this name would be; no such table exists yet. */
  ref(name: string): TableRef;
  /**
   * The committed rows of a table, in any order, read past the adapter: fields as the database
   * writes them as text, in the order of `columns`; NULL is `null`.
   */
  readRows(ref: TableRef, columns: readonly string[]): Promise<(string | null)[][]>;
}
