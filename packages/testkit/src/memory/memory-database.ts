import {
  SnowmeltError,
  type ColumnSchema,
  type LoadReceipt,
  type TablePlan,
  type TableRef,
  type TableSchema,
} from '@snowmelt/core';

import { MemoryRuns } from './memory-runs.ts';
import { MemorySnapshots } from './memory-snapshots.ts';
import { mergeRows } from './merge-rows.ts';
import { refKey, textRow, type MemoryValue, type TextRow } from './rows.ts';

interface TargetTable {
  schema: TableSchema;
  rows: TextRow[];
}

type Entry = Omit<LoadReceipt, 'alreadyLoaded'>;

/**
 * Tables and the ledger beside them. Targets on the same database see the same data, as processes
 * of one run do. Every method runs to its end before another starts: a transaction.
 */
export class MemoryDatabase {
  readonly runs = new MemoryRuns();
  readonly snapshots = new MemorySnapshots();
  readonly #tables = new Map<string, TargetTable>();
  readonly #ledger = new Map<string, Map<string, Entry>>();
  readonly #emptied = new Set<string>();
  /** Rows of swaps that were not published yet, by run and table. */
  readonly #gathered = new Map<string, TextRow[]>();
  readonly #swapped = new Set<string>();
  readonly #locks = new Map<string, Promise<void>>();

  schema(ref: TableRef): TableSchema | undefined {
    return this.#tables.get(refKey(ref))?.schema;
  }

  createTable(ref: TableRef, columns: readonly ColumnSchema[], primaryKey: readonly string[] = []) {
    const schema: TableSchema = { ref, kind: 'table', columns, primaryKey };
    this.#tables.set(refKey(ref), { schema, rows: [] });
  }

  addColumn(ref: TableRef, column: ColumnSchema): void {
    const table = this.#table(ref);
    table.schema = { ...table.schema, columns: [...table.schema.columns, column] };
    table.rows = table.rows.map((row) => [...row, null]);
  }

  /** Rows that somebody else writes. */
  insertRows(ref: TableRef, rows: readonly (readonly MemoryValue[])[]): void {
    this.#table(ref).rows.push(...rows.map(textRow));
  }

  /** The rows' fields in the order of `columns`; of all columns where it is left out. */
  rows(ref: TableRef, columns?: readonly string[]): TextRow[] {
    const { schema, rows } = this.#table(ref);
    const names = columns ?? schema.columns.map(({ name }) => name);
    const indexes = names.map((name) => schema.columns.findIndex((at) => at.name === name));
    return rows.map((row) => indexes.map((index) => row[index] ?? null));
  }

  /** Empties the plan's target unless this run has done it before: two tables may share one. */
  emptyOnce(plan: TablePlan): void {
    const { run, target } = plan;
    const mark = JSON.stringify([run, refKey(target)]);
    if (this.#emptied.has(mark)) return;
    this.#emptied.add(mark);
    this.runs.forgetOthers(plan);
    this.#table(target).rows = [];
  }

  receipts(plan: TablePlan): Entry[] {
    return [...(this.#ledger.get(ledgerKey(plan))?.values() ?? [])];
  }

  /** Rows and ledger entry, or neither. */
  commit(plan: TablePlan, rows: readonly TextRow[], entry: Entry): void {
    const complete = this.#inTableOrder(plan, rows);
    this.#put(plan, complete);
    const entries = this.#ledger.get(ledgerKey(plan)) ?? new Map<string, Entry>();
    this.#ledger.set(ledgerKey(plan), entries.set(entry.chunk, entry));
  }

  /** Puts what the plan's run has gathered in place of the table's rows, once. */
  swapOnce(plan: TablePlan): void {
    if (this.#swapped.has(ledgerKey(plan))) return;
    this.#swapped.add(ledgerKey(plan));
    this.runs.forgetOthers(plan);
    this.#table(plan.target).rows = this.#gathered.get(ledgerKey(plan)) ?? [];
    this.#gathered.delete(ledgerKey(plan));
  }

  #put(plan: TablePlan, complete: readonly TextRow[]): void {
    if (plan.mode === 'swap') {
      const before = this.#gathered.get(ledgerKey(plan)) ?? [];
      this.#gathered.set(ledgerKey(plan), [...before, ...complete]);
      return;
    }
    const table = this.#table(plan.target);
    const names = table.schema.columns.map(({ name }) => name);
    table.rows =
      plan.keyColumns.length === 0
        ? [...table.rows, ...complete]
        : mergeRows(plan, names, table.rows, complete);
    this.runs.load(plan);
  }

  /** Holds the lock of a plan's chunk while `work` runs; a second caller waits for the first. */
  async whileLocked<T>(plan: TablePlan, chunk: string, work: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([ledgerKey(plan), chunk]);
    const before = this.#locks.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#locks.set(
      key,
      Promise.all([before, promise]).then(() => undefined),
    );
    try {
      await before;
      return await work();
    } finally {
      resolve();
    }
  }

  #inTableOrder(plan: TablePlan, rows: readonly TextRow[]): TextRow[] {
    const { columns } = this.#table(plan.target).schema;
    const sources = columns.map(({ name }) => plan.columns.findIndex((at) => at.target === name));
    return rows.map((row, number) => {
      if (row.length !== plan.columns.length) throw rejected(number, 'has another field count');
      return columns.map(({ name, nullable }, index) => {
        const field = row[sources[index] ?? -1] ?? null;
        if (field === null && !nullable) throw rejected(number, `has no ${name}`);
        return field;
      });
    });
  }

  #table(ref: TableRef): TargetTable {
    const table = this.#tables.get(refKey(ref));
    if (table !== undefined) return table;
    throw new SnowmeltError('TARGET.TABLE_MISSING', `${ref.schema}.${ref.name} does not exist`);
  }
}

function ledgerKey({ run, key }: TablePlan): string {
  return JSON.stringify([run, key]);
}

function rejected(index: number, what: string): SnowmeltError {
  return new SnowmeltError('TARGET.ROW_REJECTED', `row ${index + 1} of the chunk ${what}`);
}
