import type { SQLInputValue } from 'node:sqlite';

import { SnowmeltError } from '@snowmelt/core/contract';
import type { Finding, ReadRows, TablePlan, TableRef, TableSchema } from '@snowmelt/core/contract';

export type Sql = <Row>(text: string, ...values: SQLInputValue[]) => Row[];
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const tableOf = ({ schema, name }: TableRef) => `${schema}.${name}`;
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
  const there = describe(sql, target)?.columns.map(({ name }) => name);
  const missing = columns.map((pair) => pair.target).filter((name) => !there?.includes(name));
  const made = missing.map((name) => `${quoted(name)} TEXT`);
  for (const column of there === undefined ? [] : made) {
    sql(`ALTER TABLE ${nameOf(target)} ADD COLUMN ${column}`);
  }
  if (there !== undefined) return;
  if (primaryKey.length > 0) made.push(`PRIMARY KEY (${primaryKey.map(quoted).join(', ')})`);
  sql(`CREATE TABLE ${nameOf(target)} (${made.join(', ')})`);
}

export function insert(sql: Sql, { target, columns }: TablePlan, rows: ReadRows['rows']): number[] {
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

/** Columns of a table of somebody else that no row could do without. */
export function check({ columns }: TablePlan, existing: TableSchema | undefined): Finding[] {
  const fed = new Set(columns.map(({ target }) => target));
  const needed = existing?.columns.filter(({ nullable, hasDefault }) => !nullable && !hasDefault);
  return (needed ?? []).flatMap(({ name: column }): Finding[] => {
    const message = `column ${column} takes no NULL, and nothing fills it`;
    const finding = {
      severity: 'error',
      message,
      column,
      fix: 'Map a source column to it.',
    } as const;
    return fed.has(column) ? [] : [{ code: 'TARGET.TABLE_UNSUITABLE', ...finding }];
  });
}
