import type { CatalogSession } from '../catalog/catalog-session.ts';
import { numberType, type SqlType, storageType, textType, timestampType } from '../sql/sql-type.ts';
import { type QueryPlan, quoteText } from '../sql/typed/typed.ts';

/** A value, or a number that DuckDB is to count: `factor` times what `sql`, a subquery, gives. */
export type Cell = string | number | bigint | boolean | null | CountedCell;

export interface CountedCell {
  readonly sql: string;
  readonly factor: number;
}

export type VirtualColumns = Readonly<Record<string, SqlType>>;

export const TEXT_CELL = textType();
export const NUMBER_CELL = numberType(18, 0);
export const MOMENT_CELL = timestampType('TIMESTAMP_LTZ', 3);

/** A moment of the catalog as a stored TIMESTAMP_LTZ. */
export function momentCell(ns: bigint | undefined): Cell {
  if (ns === undefined) return null;
  const millis = ns / 1_000_000n;
  return (millis / 1000n) * 1_073_741_824n + (millis % 1000n) * 1_000_000n;
}

/**
 * A relation that is made of the catalog's facts. They travel as one JSON text: DuckDB plans a list
 * of VALUES cell by cell, which takes seconds for a database of some hundred tables.
 */
export function virtualRelation(
  columns: VirtualColumns,
  rows: readonly Readonly<Record<string, Cell>>[],
): QueryPlan {
  const list = Object.entries(columns).map(([name, type], i) => ({
    name,
    type,
    nullable: true,
    physical: `c${i + 1}`,
  }));
  const counts = new Counts();
  const json = rows.map((row) =>
    Object.fromEntries(
      list.flatMap(({ name, physical }) => counts.entries(physical, row[name] ?? null)),
    ),
  );
  const shape = list.map(({ physical }) => `"${physical}":"VARCHAR"`);
  const casts = list.map(({ type, physical }) => {
    const value = counts.value(physical);
    return `CAST(${value} AS ${storageType(type)}) AS ${physical}`;
  });
  const source = `(SELECT unnest(from_json(${quoteText(JSON.stringify(json))}, '[{${shape.join(',')}}]')) AS r)`;
  return { sql: `SELECT ${casts.join(', ')} FROM ${source} v${counts.join()}`, columns: list };
}

/** The numbers that DuckDB counts: one subquery each, however many cells have it. */
class Counts {
  readonly #sql = new Map<string, number>();
  readonly #columns = new Set<string>();

  /** The cell as a member of its row's JSON: nothing for NULL, `number × factor` for what is counted. */
  entries(physical: string, cell: Cell): [string, string][] {
    if (cell === null) return [];
    if (typeof cell !== 'object') return [[physical, String(cell)]];
    this.#columns.add(physical);
    const at = this.#sql.get(cell.sql) ?? this.#sql.size;
    this.#sql.set(cell.sql, at);
    return [[physical, `${at}x${cell.factor}`]];
  }

  value(physical: string): string {
    const cell = `v.r.${physical}`;
    if (!this.#columns.has(physical)) return cell;
    return `(x.counts[CAST(split_part(${cell}, 'x', 1) AS INTEGER) + 1] * CAST(split_part(${cell}, 'x', 2) AS BIGINT))`;
  }

  join(): string {
    if (this.#sql.size === 0) return '';
    const lines = [...this.#sql].map(([sql, at]) => `SELECT ${at} AS k, ${sql} AS n`);
    return `, (SELECT list(n ORDER BY k) AS counts FROM (${lines.join(' UNION ALL ')})) x`;
  }
}

/** A view of INFORMATION_SCHEMA: documented columns, and its rows for one database. */
export interface InformationView {
  readonly columns: VirtualColumns;
  readonly rows: (
    database: string,
    session: CatalogSession,
  ) => readonly Readonly<Record<string, Cell>>[];
}
