import type { ColumnSchema, TableRef } from '@snowmelt/core';
import { MemoryWarehouse } from '@snowmelt/testkit/memory';

import { column, integer, text } from './fixtures.ts';

/** A row as the source holds it: key, text and watermark in seconds, or none. */
interface Version {
  readonly id: number;
  readonly text: string;
  readonly at: number | null;
}

export const sourceTable: TableRef = { database: 'SRC', schema: 'PUBLIC', name: 'T' };

const timestamp = { kind: 'timestamp', precision: 6, zone: 'none' } as const;
const columns: readonly ColumnSchema[] = [
  column('ID', integer, { nullable: false }),
  column('TEXT', text),
  column('UPDATED_AT', timestamp),
];

export interface SourceRules {
  /** How late rows may arrive, by their watermark. */
  readonly lateSeconds: number;
  /** Whether older versions of a key may stand beside the newest. */
  readonly oldVersions: boolean;
  /** Whether keys go from the source, and come back, as often as others change. */
  readonly deletes?: boolean;
}

/**
 * A source table that changes between runs: rows are added and updated, some arrive late, and some
 * keys stand in it twice, the older version still there, as nothing in Snowflake forbids it.
 */
export class ChangingSource {
  readonly warehouse = new MemoryWarehouse();
  readonly #random: () => number;
  readonly #rules: SourceRules;
  #versions: Version[] = [];
  #now = 1_000;
  #texts = 0;
  readonly #lastOfDeleted = new Map<number, number>();

  constructor(random: () => number, rules: SourceRules) {
    this.#random = random;
    this.#rules = rules;
    this.warehouse.createTable({ ref: sourceTable, columns, rows: [] });
  }

  change(): void {
    const changes = this.#below(40);
    for (let nth = 0; nth < changes; nth += 1) this.#changeOne();
    const shuffled = this.#versions
      .map((version) => ({ version, place: this.#random() }))
      .toSorted((a, b) => a.place - b.place);
    this.warehouse.replaceRows(
      sourceTable,
      shuffled.map(({ version: { id, text: said, at } }) => [id, said, instant(at)]),
    );
  }

  /** `[id, text]` of each key's newest version, by id. */
  newest(): (readonly [string, string])[] {
    const ids = [...new Set(this.#versions.map(({ id }) => id))].toSorted((a, b) => a - b);
    return ids.map((id) => [String(id), this.#newestOf(id)?.text ?? '']);
  }

  #changeOne(): void {
    this.#now += this.#below(3);
    if (this.#rules.deletes === true && this.#below(3) === 0) return this.#deleteOne();
    this.#texts += 1;
    const id = this.#below(60);
    const old = this.#newestOf(id);
    const at = this.#watermark(old?.at ?? this.#lastOfDeleted.get(id) ?? null);
    const keepsOld =
      this.#rules.oldVersions && old !== undefined && old.at !== at && this.#below(4) === 0;
    if (!keepsOld) this.#versions = this.#versions.filter((version) => version !== old);
    this.#versions.push({ id, text: `text ${this.#texts}`, at });
  }

  /** The last key stays: a source that is empty is refused. */
  #deleteOne(): void {
    const id = this.#below(60);
    const last = this.#newestOf(id)?.at;
    if (last !== undefined && last !== null) this.#lastOfDeleted.set(id, last);
    const left = this.#versions.filter((version) => version.id !== id);
    if (left.length > 0) this.#versions = left;
  }

  /**
   * Newer than the row's last one, which the target may still have where the row had gone, and late
   * by less than the overlap; sometimes none.
   */
  #watermark(last: number | null): number | null {
    if (last === null && this.#below(5) === 0) return null;
    const late = this.#now - this.#below(this.#rules.lateSeconds);
    if (late > (last ?? 0)) return late;
    this.#now += 1;
    return this.#now;
  }

  #newestOf(id: number): Version | undefined {
    const versions = this.#versions.filter((version) => version.id === id);
    return versions.toSorted((a, b) => (a.at ?? -1) - (b.at ?? -1)).at(-1);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

function instant(seconds: number | null): string | null {
  return seconds === null
    ? null
    : new Date(seconds * 1000).toISOString().replace('Z', '000').replace(/\.0+$/, '.000000');
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
