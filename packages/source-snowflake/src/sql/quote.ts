import type { TableRef } from '@snowmelt/core';

/**
 * An identifier exactly as stored. Every identifier goes through here, so nothing is ever folded.
 * Source: docs.snowflake.com/en/sql-reference/identifiers-syntax, "Double-quoted identifiers".
 */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text literal. In single-quoted literals of Snowflake a backslash escapes, so it is doubled as
 * well. Source: docs.snowflake.com/en/sql-reference/data-types-text, "Escape sequences".
 */
export function quoteText(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

export function quoteTable(ref: TableRef): string {
  return [ref.database, ref.schema, ref.name].map(quoteIdentifier).join('.');
}
