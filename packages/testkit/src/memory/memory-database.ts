import {
  changesOf,
  type ColumnSchema,
  deleteMissingOf,
  type LoadReceipt,
  type MissingReceipt,
  modeTraits,
  SnowmeltError,
  type TablePlan,
  type TableRef,
  type TableSchema,
} from '@snowmelt/core';

import { MemoryRejects } from './memory-rejects.ts';
import { applyChanges } from './changes.ts';
import { MemoryRuns } from './memory-runs.ts';
import { MemorySnapshots } from './memory-snapshots.ts';
import { mergeRows } from './merge-rows.ts';
import { removeMissing } from './missing-rows.ts';
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
  readonly rejects = new MemoryRejects();
  readonly snapshots = new MemorySnapshots();
  readonly #tables = new Map<string, TargetTable>();
  readonly #ledger = new Map<string, Map<string, Entry>>();
  readonly #restarts = new Map<string, number>();
  readonly #emptied = new Set<string>();
  /** Rows of swaps that were not published yet, by run and table. */
  readonly #gathered = new Map<string, TextRow[]>();
  readonly #swapped = new Set<string>();
  /** Keys of whole sources, by run and table, and what was done with them. */
  readonly #keys = new Map<string, TextRow[]>();
  readonly #removed = new Map<string, MissingReceipt>();
  /** The snapshot that a table holds, and of what, by table. */
  readonly #held = new Map<string, { readonly content: string; readonly at: string }>();
  /** Which run has put a row into its table. */
  readonly #owners = new WeakMap<TextRow, string>();
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
    this.#held.delete(refKey(target));
  }

  /** A run that adds rows begins without those of runs that never came to their end. */
  removeUnfinished(plan: TablePlan): void {
    if (this.runs.knows(plan) || plan.read.limit !== undefined) return;
    this.#removeRows(plan, this.runs.allUnfinished(plan));
  }

  /** No mode lets rows of first tries stand. */
  removeTries(plan: TablePlan): void {
    if (this.runs.knows(plan) || modeTraits[plan.mode].replacesAll) return;
    this.#removeRows(plan, this.runs.tries(plan));
  }

  /** Throws where a first try would stand beside rows that no other has left. */
  refuseTry(plan: TablePlan): void {
    const { run, target, read } = plan;
    if (read.limit === undefined || this.runs.knows(plan)) return;
    const own = new Set([run, ...this.runs.tries(plan)]);
    const rows = this.#tables.get(refKey(target))?.rows ?? [];
    if (rows.every((row) => own.has(this.#owners.get(row) ?? ''))) return;
    throw new SnowmeltError('RUN.NOT_FIRST', `${target.name} is not empty`);
  }

  #removeRows(plan: TablePlan, gone: ReadonlySet<string>): void {
    const table = this.#table(plan.target);
    table.rows = table.rows.filter((row) => !gone.has(this.#owners.get(row) ?? ''));
    this.runs.forget(plan.target, gone);
  }

  restartsOf(plan: TablePlan): number {
    return this.#restarts.get(ledgerKey(plan)) ?? 0;
  }

  /** The plan's run forgets what it has loaded, once for each of its plans. */
  restart(plan: TablePlan): number {
    const { restarts = 0, run, target, mode } = plan;
    if (this.restartsOf(plan) > restarts) return this.restartsOf(plan);
    this.#restarts.set(ledgerKey(plan), restarts + 1);
    const kept = [this.#ledger, this.#gathered, this.#keys, this.#swapped, this.#removed];
    for (const one of kept) one.delete(ledgerKey(plan));
    this.runs.reopen(plan);
    const { gathers, merges } = modeTraits[mode];
    const isOwn = (row: TextRow) => !gathers && !merges && this.#owners.get(row) === run;
    this.#table(target).rows = this.#table(target).rows.filter((row) => !isOwn(row));
    return restarts + 1;
  }

  /** Throws for a worker that has not noticed that the table has begun anew. */
  refuseStale(plan: TablePlan): void {
    if ((plan.restarts ?? 0) === this.restartsOf(plan)) return;
    throw new SnowmeltError('RUN.LEASE_LOST', `${plan.target.name} has begun anew meanwhile`);
  }

  receipts(plan: TablePlan): Entry[] {
    return [...(this.#ledger.get(ledgerKey(plan))?.values() ?? [])];
  }

  /** Rows and ledger entry, or neither. */
  commit(plan: TablePlan, entry: Entry, put: () => void): void {
    put();
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
    this.#held.delete(refKey(plan.target));
  }

  /** Deletes or marks what the keys of the plan's run lack, once. */
  removeOnce(plan: TablePlan): MissingReceipt | undefined {
    const missing = deleteMissingOf(plan);
    if (missing?.keys === undefined) return undefined;
    const done = this.#removed.get(ledgerKey(plan));
    if (done !== undefined) return done;
    this.runs.refuseLater(plan);
    const table = this.#table(plan.target);
    const columns = table.schema.columns.map(({ name }) => name);
    const keys = this.#keys.get(ledgerKey(plan)) ?? [];
    const { kept, counted } = removeMissing(plan, { columns, rows: table.rows, keys });
    table.rows = kept;
    const receipt = { how: missing.how, ...counted };
    this.#removed.set(ledgerKey(plan), receipt);
    this.#keys.delete(ledgerKey(plan));
    return receipt;
  }

  gatherKeys(plan: TablePlan, keys: readonly TextRow[]): void {
    const before = this.#keys.get(ledgerKey(plan)) ?? [];
    this.#keys.set(ledgerKey(plan), [...before, ...keys]);
  }

  /** Applies what the plan's run has gathered, once. */
  applyOnce(plan: TablePlan): void {
    if (this.#swapped.has(ledgerKey(plan))) return;
    const table = this.#table(plan.target);
    const names = table.schema.columns.map(({ name }) => name);
    const changes = this.#gathered.get(ledgerKey(plan)) ?? [];
    table.rows = applyChanges(plan, names, table.rows, changes);
    this.#swapped.add(ledgerKey(plan));
    this.#gathered.delete(ledgerKey(plan));
    this.runs.forgetOthers(plan);
  }

  /** After a run has completed a table that is kept by changes. */
  holdSnapshot(plan: TablePlan): void {
    if (changesOf(plan) === undefined || !plan.snapshot.pinned) return;
    const held = { content: contentOf(plan), at: plan.snapshot.at };
    this.#held.set(refKey(plan.target), held);
  }

  heldSnapshot(plan: TablePlan): string | undefined {
    const held = this.#held.get(refKey(plan.target));
    return held?.content === contentOf(plan) ? held.at : undefined;
  }

  /** Keeps rows beside the table, until `publish`. */
  gather(plan: TablePlan, rows: readonly TextRow[]): void {
    const before = this.#gathered.get(ledgerKey(plan)) ?? [];
    this.#gathered.set(ledgerKey(plan), [...before, ...rows]);
  }

  /** Adds rows of the plan's run to those that are there. */
  add(plan: TablePlan, rows: readonly TextRow[]): void {
    this.#load(plan, rows, (stored, complete) => [...stored, ...complete]);
  }

  /** The same by key. */
  merge(plan: TablePlan, rows: readonly TextRow[]): void {
    const names = this.#table(plan.target).schema.columns.map(({ name }) => name);
    this.#load(plan, rows, (stored, complete) => mergeRows(plan, names, stored, complete));
  }

  #load(
    plan: TablePlan,
    rows: readonly TextRow[],
    join: (stored: readonly TextRow[], rows: readonly TextRow[]) => TextRow[],
  ): void {
    const complete = this.inTableOrder(plan, rows);
    this.#held.delete(refKey(plan.target));
    const table = this.#table(plan.target);
    for (const row of complete) this.#owners.set(row, plan.run);
    table.rows = join(table.rows, complete);
    this.runs.load(plan);
  }

  /** Holds the lock of a plan's chunk while `work` runs; a second caller waits for the first. */
  async whileLocked<T>(plan: TablePlan, chunk: string, work: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([ledgerKey(plan), chunk]);
    const before = this.#locks.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    const both = Promise.all([before, promise]).then(() => undefined);
    this.#locks.set(key, both);
    try {
      await before;
      return await work();
    } finally {
      resolve();
    }
  }

  /** Throws where the table takes one of them not. */
  inTableOrder(plan: TablePlan, rows: readonly TextRow[]): TextRow[] {
    const { columns } = this.#table(plan.target).schema;
    const sources = columns.map(({ name }) => plan.columns.findIndex((at) => at.target === name));
    return rows.map((row, number) => {
      const refusal = this.refusalOf(plan, row);
      if (refusal !== undefined) throw rejected(number, refusal);
      return columns.map((_, index) => row[sources[index] ?? -1] ?? null);
    });
  }

  /** Why the plan's target takes no such row; nothing where it does. */
  refusalOf({ target, columns, keyColumns }: TablePlan, row: TextRow): string | undefined {
    if (row.length !== columns.length) return 'has another field count';
    const fields = new Map(columns.map((pair, index) => [pair.target, row[index] ?? null]));
    const missing = this.#table(target).schema.columns.find(
      ({ name, nullable }) => !nullable && (fields.get(name) ?? null) === null,
    );
    if (missing !== undefined) return `has no ${missing.name}`;
    const keyless = keyColumns.some((name) => (fields.get(name) ?? null) === null);
    return keyless ? 'has a NULL in its key' : undefined;
  }

  #table(ref: TableRef): TargetTable {
    const table = this.#tables.get(refKey(ref));
    if (table !== undefined) return table;
    throw new SnowmeltError('TARGET.TABLE_MISSING', `${ref.schema}.${ref.name} does not exist`);
  }
}

function contentOf(plan: TablePlan): string {
  const { source, read, columns } = plan;
  const pairs = columns.map((pair) => [pair.source.name, pair.target, pair.fractionDigits]);
  return JSON.stringify([source, changesOf(plan)?.feed, read.filter, pairs]);
}

function ledgerKey({ run, key }: TablePlan): string {
  return JSON.stringify([run, key]);
}

function rejected(index: number, what: string): SnowmeltError {
  return new SnowmeltError('TARGET.ROW_REJECTED', `row ${index + 1} of the chunk ${what}`);
}
