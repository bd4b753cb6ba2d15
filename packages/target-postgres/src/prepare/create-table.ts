import {
  type ColumnPair,
  deleteMissingOf,
  SnowmeltError,
  type TablePlan,
  type TableSchema,
} from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { markColumns } from '../tables/keys-table.ts';
import { postgresType } from '../types/type-map.ts';
import { alterType } from '../types/widen-columns.ts';
import { pendingWidenings } from './pending-widenings.ts';
import { typeSql } from '../sql/operators.ts';

/** Column names, types, NOT NULL and the primary key; nothing else of the source means anything here. */
export function createTableSql(table: TablePlan): string {
  const columns = table.columns.map(
    (pair) => `${columnSql(pair)}${pair.source.nullable ? '' : ' NOT NULL'}`,
  );
  const key = table.primaryKey.map(quoteIdentifier).join(', ');
  const lines = [
    ...columns,
    ...markColumns(deleteMissingOf(table)).map(markSql),
    ...(key === '' ? [] : [`PRIMARY KEY (${key})`]),
  ];
  return `CREATE TABLE ${quoteTable(table.target)} (\n  ${lines.join(',\n  ')}\n)`;
}

/**
 * What an existing table lacks, in one statement, and so one lock and one rewrite at most. Nothing
 * where it lacks nothing. Added columns are nullable: the rows before them have no value.
 */
export function alterTableSql(table: TablePlan, existing: TableSchema): string | undefined {
  const missing = new Set(missingColumns(table, existing));
  const clauses = [
    ...table.columns
      .filter(({ target }) => missing.has(target))
      .map((pair) => `ADD COLUMN ${columnSql(pair)}`),
    ...markColumns(deleteMissingOf(table))
      .filter((mark) => missing.has(mark))
      .map((mark) => `ADD COLUMN ${markSql(mark)}`),
    ...pendingWidenings(table, existing).map(({ column, to }) => alterType(column, to)),
  ];
  if (clauses.length === 0) return undefined;
  return `ALTER TABLE ${quoteTable(table.target)}\n  ${clauses.join(',\n  ')}`;
}

/** Names of columns that the target lacks: those that travel, and that of soft deletes. */
export function missingColumns(table: TablePlan, existing: TableSchema): readonly string[] {
  const names = new Set(existing.columns.map(({ name }) => name));
  const wanted = [
    ...table.columns.map(({ target }) => target),
    ...markColumns(deleteMissingOf(table)),
  ];
  return wanted.filter((name) => !names.has(name));
}

function markSql(column: string): string {
  return `${quoteIdentifier(column)} pg_catalog.timestamptz`;
}

/** In a transaction of its own, since the lock that makes it safe must not outlive it. */
export async function createSchema(session: Session, name: string): Promise<void> {
  const sql = 'SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1';
  const { rowCount } = await session.query(sql, [name]);
  if (rowCount === 0) await session.onTable(`CREATE SCHEMA ${quoteIdentifier(name)}`);
}

function columnSql({ source, target, newType }: ColumnPair): string {
  const type = newType ?? postgresType(source.type);
  if (type === undefined) {
    throw new SnowmeltError(
      'TARGET.TABLE_UNSUITABLE',
      `PostgreSQL has no type for column ${target} (${source.nativeType})`,
      { place: { column: target }, fix: 'Leave the column out, or read a view that casts it.' },
    );
  }
  return `${quoteIdentifier(target)} ${typeSql(type)}`;
}
