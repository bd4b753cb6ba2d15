/**
 * PostgreSQL's own operators, for statements under a role's own search_path
 * (https://www.postgresql.org/docs/current/sql-expressions.html, "Operator Invocations"). They all
 * bind as `||` does: tighter than AND, and from left to right among themselves.
 */
export const is = 'OPERATOR(pg_catalog.=)';
export const isNot = 'OPERATOR(pg_catalog.<>)';
export const isAbove = 'OPERATOR(pg_catalog.>)';
export const isBelow = 'OPERATOR(pg_catalog.<)';
export const isAtLeast = 'OPERATOR(pg_catalog.>=)';
export const isAtMost = 'OPERATOR(pg_catalog.<=)';
export const joined = 'OPERATOR(pg_catalog.||)';

/** Types that are keywords of SQL always mean PostgreSQL's own; other names are looked for. */
const keywords =
  /^(?:boolean|smallint|integer|bigint|numeric|real|double precision|interval|time|timestamp|varchar|character|bit|"[^"]|.*\.)/;

/** A type's name with its schema, where it could mean another one. */
export function typeSql(type: string): string {
  const quoted = type.startsWith('timestamptz') ? false : keywords.test(type);
  return quoted ? type : `pg_catalog.${type}`;
}
