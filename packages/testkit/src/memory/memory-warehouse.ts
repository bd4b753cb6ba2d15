import {
  SnowmeltError,
  systemClock,
  type Clock,
  type ColumnSchema,
  type TableRef,
  type TableSnapshot,
} from '@snowmelt/core';

import { formatInstant, parseInstant, risingInstants } from './instants.ts';
import { refKey, textRow, type MemoryValue, type TextRow } from './rows.ts';

export interface MemoryTable {
  readonly ref: TableRef;
  readonly columns: readonly ColumnSchema[];
  readonly rows: readonly (readonly MemoryValue[])[];
  readonly primaryKey?: readonly string[];
  /** Why it can't be read as of a past point in time. */
  readonly unpinnable?: string;
  /** Its changes are not recorded. */
  readonly untracked?: boolean;
}

interface Version {
  readonly from: bigint;
  readonly rows: readonly TextRow[];
}

export interface StoredTable extends Omit<MemoryTable, 'rows'> {
  readonly versions: Version[];
  /** When it was made; another table of the same name has another. */
  readonly created: string;
}

/**
 * Tables with their past, and a stage for unloaded files. Sources on the same warehouse see the
 * same data, as processes of one run do.
 */
export class MemoryWarehouse {
  readonly #tables = new Map<string, StoredTable>();
  readonly #instants: () => bigint;
  /** Files by path: what `extract` leaves here and `open` reads. */
  readonly stage = new Map<string, readonly TextRow[]>();
  /** Files that are not kept any more, though the table could be read again. */
  readonly expired = new Set<string>();
  /** Extractions so far; their number makes each one's paths its own. */
  extractions = 0;

  constructor(tables: readonly MemoryTable[] = [], clock: Clock = systemClock) {
    this.#instants = risingInstants(clock);
    for (const table of tables) this.createTable(table);
  }

  createTable({ rows, ...table }: MemoryTable): void {
    const from = this.#instants();
    const versions = [{ from, rows: rows.map(textRow) }];
    this.#tables.set(refKey(table.ref), { ...table, versions, created: formatInstant(from) });
  }

  /**
   * From now on the table holds these rows; earlier points in time keep theirs. With `stamp`, an
   * instant that has passed: the commit is seen from now on only, as one of then.
   */
  replaceRows(ref: TableRef, rows: MemoryTable['rows'], stamp = this.now()): void {
    const { versions } = this.table(ref);
    versions.push({ from: parseInstant(stamp), rows: rows.map(textRow) });
    versions.sort((one, other) => (one.from < other.from ? -1 : 1));
  }

  /** The table has no past any more: its retention has ended. */
  forgetPast(ref: TableRef): void {
    const { versions } = this.table(ref);
    const last = versions.at(-1);
    if (last === undefined) return;
    versions.splice(0, versions.length, { ...last, from: this.#instants() });
  }

  /** What has been extracted so far is not kept any more. */
  expireExtractions(): void {
    for (const path of this.stage.keys()) this.expired.add(path);
  }

  now(): string {
    return formatInstant(this.#instants());
  }

  /** All of them, in the order of their names. */
  tables(): readonly StoredTable[] {
    const all = [...this.#tables.values()];
    return all.toSorted((a, b) => (refKey(a.ref) < refKey(b.ref) ? -1 : 1));
  }

  table(ref: TableRef): StoredTable {
    const table = this.#tables.get(refKey(ref));
    if (table !== undefined) return table;
    const name = `${ref.database}.${ref.schema}.${ref.name}`;
    throw new SnowmeltError('SOURCE.TABLE_NOT_FOUND', `${name} does not exist`);
  }

  unpinnable(ref: TableRef, at: string): string | undefined {
    const { unpinnable, created } = this.table(ref);
    const later = parseInstant(created) > parseInstant(at);
    return unpinnable ?? (later ? `it was made at ${created}, after ${at}` : undefined);
  }

  rows(ref: TableRef, snapshot: TableSnapshot): readonly TextRow[] {
    const { versions } = this.table(ref);
    const at = snapshot.pinned ? parseInstant(snapshot.at) : this.#instants();
    const version = versions.findLast(({ from }) => from <= at);
    if (version !== undefined) return version.rows;
    const when = formatInstant(at);
    throw new SnowmeltError('SOURCE.SNAPSHOT_GONE', `${ref.name} holds nothing as of ${when}`);
  }
}
