import { SnowmeltError, type ColumnPair, type TablePlan, type TableSchema } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../quote-identifier.ts';
import { postgresType } from '../types/type-map.ts';

/** Column names, types, NOT NULL and the primary key; nothing else of the source means anything here. */
export function createTableSql(table: TablePlan): string {
  const columns = table.columns.map(
    (pair) => `${columnSql(pair)}${pair.source.nullable ? '' : ' NOT NULL'}`,
  );
  const key = table.primaryKey.map(quoteIdentifier).join(', ');
  const lines = [
    ...columns,
    ...markOf(table).map(markSql),
    ...(key === '' ? [] : [`PRIMARY KEY (${key})`]),
  ];
  return `CREATE TABLE ${quoteTable(table.target)} (\n  ${lines.join(',\n  ')}\n)`;
}

/** Nothing where no column is missing. Added ones are nullable: the rows before them have no value. */
export function addColumnsSql(table: TablePlan, existing: TableSchema): string | undefined {
  const missing = new Set(missingColumns(table, existing));
  if (missing.size === 0) return undefined;
  const columns = [
    ...table.columns.filter(({ target }) => missing.has(target)).map(columnSql),
    ...markOf(table)
      .filter((mark) => missing.has(mark))
      .map(markSql),
  ];
  const clauses = columns.map((column) => `ADD COLUMN ${column}`);
  return `ALTER TABLE ${quoteTable(table.target)}\n  ${clauses.join(',\n  ')}`;
}

/** Names of columns that the target lacks: those that travel, and that of soft deletes. */
export function missingColumns(table: TablePlan, existing: TableSchema): readonly string[] {
  const names = new Set(existing.columns.map(({ name }) => name));
  const wanted = [...table.columns.map(({ target }) => target), ...markOf(table)];
  return wanted.filter((name) => !names.has(name));
}

function markOf({ deleteMissing }: TablePlan): readonly string[] {
  return deleteMissing?.how === 'soft' ? [deleteMissing.column] : [];
}

function markSql(column: string): string {
  return `${quoteIdentifier(column)} timestamptz`;
}

/** In a transaction of its own, since the lock that makes it safe must not outlive it. */
export async function createSchema(session: Session, name: string): Promise<void> {
  const sql = 'SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1';
  const { rowCount } = await session.query(sql, [name]);
  if (rowCount === 0) await session.query(`CREATE SCHEMA ${quoteIdentifier(name)}`);
}

function columnSql({ source, target }: ColumnPair): string {
  const type = postgresType(source.type);
  if (type === undefined) {
    throw new SnowmeltError(
      'TARGET.TABLE_UNSUITABLE',
      `PostgreSQL has no type for column ${target} (${source.nativeType})`,
      { place: { column: target }, fix: 'Leave the column out, or read a view that casts it.' },
    );
  }
  return `${quoteIdentifier(target)} ${type}`;
}
