import type { ColumnSchema, ExtractMode, Source, TableRef, WholeSource } from '@snowmelt/core';

/** A table that the harness is asked to make. */
export interface SampleTable {
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
  /** Canonical CSV text of the fields, in the order of `columns`. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly primaryKey?: readonly string[];
}

/**
 * What the suite needs of an adapter: tables that no other harness sees. Disposing it closes every
 * source that it opened and the case did not.
 */
export interface SourceHarness extends AsyncDisposable {
  /** The ways of reading that the source has; every case of reading runs with each. */
  readonly extracts: readonly ExtractMode[];
  /** A source as one more process would open it. */
  open(): Promise<Source>;
  createTable(table: SampleTable): Promise<TableRef>;
  /** From now on the table holds these rows instead. */
  replaceRows(ref: TableRef, rows: SampleTable['rows']): Promise<void>;
  /**
   * Makes an object that can't be read as of a past point in time, such as some views. Absent: the
   * source has no such objects.
   */
  createUnpinnable?(table: SampleTable): Promise<TableRef>;
  /**
   * Makes a table whose changes are recorded from now on; those of `createTable` are not. Needed
   * where the source has `changes`.
   */
  createTracked?(table: SampleTable): Promise<TableRef>;
  /** Bytes that the source has rendered or received so far, where it can tell. */
  produced?(): number;
}

/** As the cases see it: they ask for a capability only where it is. */
export interface WholeSourceHarness extends Omit<SourceHarness, 'open'> {
  open(): Promise<WholeSource>;
}

export function wholeHarness(harness: SourceHarness): WholeSourceHarness {
  return harness as WholeSourceHarness;
}
