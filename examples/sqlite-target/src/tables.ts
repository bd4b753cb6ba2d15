import type { SQLInputValue } from 'node:sqlite';

import { SnowmeltError } from '@snowmelt/core/contract';
import type { ReadRows, TablePlan, TableRef, TableSchema } from '@snowmelt/core/contract';

export type Sql = <Row>(text: string, ...values: SQLInputValue[]) => Row[];
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const tableOf = ({ schema, name }: TableRef) => `${schema}.${name}`;
export const nameOf = (ref: TableRef) => quoted(tableOf(ref));

export function countOf(sql: Sql, ref: TableRef): number {
  return sql<{ n: number }>(`SELECT count(*) AS n FROM ${nameOf(ref)}`)[0]?.n ?? 0;
}

export function describe(sql: Sql, ref: TableRef): TableSchema | undefined {
  type Column = { name: string; nullable: number; hasDefault: number; pk: number };
  const ask = `SELECT name, "notnull" = 0 AS nullable, dflt_value IS NOT NULL AS hasDefault, pk FROM pragma_table_info(?)`;
  const columns = sql<Column>(ask, tableOf(ref));
  if (columns.length === 0) return undefined;
  const text = { type: { kind: 'text' }, nativeType: 'TEXT', generated: false } as const;
  const described = columns.map(({ name, nullable, hasDefault }) => {
    return { ...text, name, nullable: nullable === 1, hasDefault: hasDefault === 1 };
  });
  const keys = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
  return { ref, kind: 'table', columns: described, primaryKey: keys.map(({ name }) => name) };
}

export function makeTable(sql: Sql, { target, columns, primaryKey }: TablePlan): void {
  const names = columns.map((pair) => pair.target);
  const key = primaryKey.length > 0 ? [`PRIMARY KEY (${primaryKey.map(quoted).join(', ')})`] : [];
  const made = [...names.map((name) => `${quoted(name)} TEXT`), ...key].join(', ');
  sql(`CREATE TABLE IF NOT EXISTS ${nameOf(target)} (${made})`);
  const there = new Set(describe(sql, target)?.columns.map(({ name }) => name));
  for (const name of names.filter((one) => !there.has(one)))
    sql(`ALTER TABLE ${nameOf(target)} ADD COLUMN ${quoted(name)} TEXT`);
}

export function add(sql: Sql, { target, columns }: TablePlan, rows: ReadRows['rows']): number[] {
  const names = columns.map((pair) => quoted(pair.target));
  const values = columns.map((_, index) => `value ->> ${index}`);
  const text = `INSERT INTO ${nameOf(target)} (${names.join(', ')})
    SELECT ${values.join(', ')} FROM json_each(?) RETURNING rowid AS id`;
  try {
    return sql<{ id: number }>(text, JSON.stringify(rows)).map(({ id }) => id);
  } catch (cause) {
    throw new SnowmeltError('TARGET.ROW_REJECTED', String(cause), { cause });
  }
}

export function takeOut(sql: Sql, ref: TableRef, ids: unknown) {
  const which = 'rowid IN (SELECT value FROM json_each(?))';
  return sql(`DELETE FROM ${nameOf(ref)} WHERE ${which}`, JSON.stringify(ids));
}
