import { type DeleteMissing, deleteMissingOf, type TablePlan } from '@snowmelt/core';

import { bytes } from '../keys/meeting-keys.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { quoteKeys } from '../tables/keys-table.ts';
import { is } from '../sql/operators.ts';
import { sameKeySql, type KeyOperators } from '../keys/key-operators.ts';

/**
 * How keys are compared: `=` alone lets PostgreSQL hash them. Rows with a NULL in their key are a
 * case of their own; where the unique index takes NULLs for distinct, no row of the source is
 * theirs, and they stay.
 */
export type KeyCase = 'whole' | 'with-null';

/** With the operators by which its keys are compared. */
export type ComparedTable = TablePlan & { readonly operators: KeyOperators };

/** Deletes the target rows (`t`) whose key is not among those of the source. */
export function deleteSql(table: ComparedTable, which: KeyCase): string {
  return `DELETE FROM ${quoteTable(table.target)} AS t
WHERE ${isCase(table, which)} AND NOT ${inSource(table, which)}`;
}

/** Marks them; those that are marked keep the time at which they were found missing first. $1: the snapshot. */
export function markSql(table: ComparedTable, mark: Mark, which: KeyCase): string {
  const column = quoteIdentifier(mark.column);
  return `UPDATE ${quoteTable(table.target)} AS t SET ${column} = $1::pg_catalog.timestamptz
WHERE t.${column} IS NULL AND ${isCase(table, which)} AND NOT ${inSource(table, which)}`;
}

/** Takes the mark off rows whose key the source has. */
export function restoreSql(table: ComparedTable, mark: Mark, which: KeyCase): string {
  const column = quoteIdentifier(mark.column);
  return `UPDATE ${quoteTable(table.target)} AS t SET ${column} = NULL
WHERE t.${column} IS NOT NULL AND ${isCase(table, which)} AND ${inSource(table, which)}`;
}

/** Counts rows that should be deleted or marked, of keys without NULL. */
export function keptSql(table: ComparedTable, missing: DeleteMissing): string {
  const marked = missing.how === 'soft' ? ` AND t.${quoteIdentifier(missing.column)} IS NULL` : '';
  return `SELECT pg_catalog.count(*)::pg_catalog.text AS kept FROM ${quoteTable(table.target)} AS t
WHERE ${isCase(table, 'whole')} AND NOT ${inSource(table, 'whole')}${marked}`;
}

/** Counts keys of the source that the target has, but not byte by byte in these columns. */
export function otherKeysSql(table: ComparedTable, columns: readonly string[]): string {
  const keys = table.keyColumns.map(quoteIdentifier);
  const equal = sameKeySql(table, table.operators, { a: 'k', b: 't' });
  const same = columns.map((column) => `${bytes('k', column)} ${is} ${bytes('t', column)}`);
  const distinct = columns.map((column) => bytes('k', column));
  return `SELECT pg_catalog.count(*)::pg_catalog.text AS keys FROM (
  SELECT 1 FROM ${quoteKeys(table)} k JOIN ${quoteTable(table.target)} t ON ${equal}
  GROUP BY ${[...keys.map((name) => `k.${name}`), ...distinct].join(', ')}
  HAVING NOT pg_catalog.bool_or(${same.join(' AND ')})
) other`;
}

/** Whether the target has rows, marked ones apart. */
export function standsSql(table: TablePlan): string {
  const deleteMissing = deleteMissingOf(table);
  const unmarked =
    deleteMissing?.how === 'soft' ? `WHERE ${quoteIdentifier(deleteMissing.column)} IS NULL` : '';
  return `SELECT EXISTS (SELECT 1 FROM ${quoteTable(table.target)} ${unmarked}) AS stands`;
}

type Mark = Extract<DeleteMissing, { how: 'soft' }>;

function isCase({ keyColumns }: TablePlan, which: KeyCase, row = 't'): string {
  const columns = keyColumns.map((name) => `${row}.${quoteIdentifier(name)}`);
  return which === 'whole'
    ? columns.map((column) => `${column} IS NOT NULL`).join(' AND ')
    : `(${columns.map((column) => `${column} IS NULL`).join(' OR ')})`;
}

function inSource(table: ComparedTable, which: KeyCase): string {
  const nullable = which === 'whole' ? [] : table.keyColumns;
  const same = sameKeySql(table, table.operators, { a: 'k', b: 't', nullable });
  // Few keys hold a NULL: said here, since nothing but `=` can be hashed.
  const few = which === 'whole' ? [] : [isCase(table, which, 'k')];
  return `EXISTS (SELECT 1 FROM ${quoteKeys(table)} k WHERE ${[same, ...few].join(' AND ')})`;
}
