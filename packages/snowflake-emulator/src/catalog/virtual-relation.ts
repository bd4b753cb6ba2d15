import { quoteText, type QueryPlan } from '../sql/compile/typed.ts';
import { storageType, textType, numberType, timestampType, type SqlType } from '../sql/sql-type.ts';

export type Cell = string | number | bigint | boolean | null | { readonly sql: string };
export type VirtualColumns = Readonly<Record<string, SqlType>>;

export const TEXT_CELL = textType();
export const NUMBER_CELL = numberType(18, 0);
export const MOMENT_CELL = timestampType('TIMESTAMP_LTZ', 3);

/** A moment of the catalog as a stored TIMESTAMP_LTZ. */
export function momentCell(ns: bigint | undefined): Cell {
  if (ns === undefined) return null;
  const millis = ns / 1_000_000n;
  const packed = (millis / 1000n) * 1_073_741_824n + (millis % 1000n) * 1_000_000n;
  return { sql: `CAST('${packed}' AS HUGEINT)` };
}

/** A relation that is made of the catalog's facts. */
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
  const casts = list.map(
    ({ type, physical }) => `CAST(${physical} AS ${storageType(type)}) AS ${physical}`,
  );
  const names = list.map(({ physical }) => physical).join(', ');
  const lines = rows.map(
    (row) => `(${list.map(({ name }) => cellSql(row[name] ?? null)).join(', ')})`,
  );
  if (lines.length === 0) {
    const nulls = list.map(
      ({ type, physical }) => `CAST(NULL AS ${storageType(type)}) AS ${physical}`,
    );
    return { sql: `SELECT ${nulls.join(', ')} WHERE false`, columns: list };
  }
  return {
    sql: `SELECT ${casts.join(', ')} FROM (VALUES ${lines.join(', ')}) v(${names})`,
    columns: list,
  };
}

function cellSql(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'string') return quoteText(cell);
  return typeof cell === 'object' ? cell.sql : String(cell);
}
