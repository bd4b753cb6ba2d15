import type { LogicalType } from '@snowmelt/core';

type Kind = LogicalType['kind'];
type OfKind<K extends Kind> = Extract<LogicalType, { kind: K }>;

/** PostgreSQL's limit of `varchar(n)` (https://www.postgresql.org/docs/current/datatype-character.html). */
const longestVarchar = 10_485_760;

/**
 * PostgreSQL's type for a column that a run creates; nothing where there is none. A text length is
 * kept as `varchar(n)`, since whoever declared one means it and both databases count characters;
 * Snowflake's maximum, its default, says nothing and becomes `text`. A decimal without fraction
 * gets the integer type that holds all its digits: a quarter of the bytes, and faster keys.
 */
const typeMap: { readonly [K in Kind]: (type: OfKind<K>) => string | undefined } = {
  boolean: () => 'boolean',
  decimal: ({ precision, scale = 0 }) =>
    precision === undefined ? 'numeric' : decimalType(precision, scale),
  float: ({ bits }) => (bits === 32 ? 'real' : 'double precision'),
  decfloat: () => 'numeric',
  text: ({ length }) =>
    length === undefined || length > longestVarchar || length < 1 ? 'text' : `varchar(${length})`,
  uuid: () => 'uuid',
  binary: () => 'bytea',
  date: () => 'date',
  time: ({ precision }) => `time(${keptDigits(precision)})`,
  timestamp: ({ precision, zone }) =>
    `${zone === 'none' ? 'timestamp' : 'timestamptz'}(${keptDigits(precision)})`,
  json: () => 'jsonb',
  // Unless the database has the type of an extension: see extension-types.ts.
  spatial: () => 'text',
  vector: ({ element }) => (element === 'int' ? 'integer[]' : 'real[]'),
  interval: () => 'interval',
  unknown: () => undefined,
};

export function postgresType(type: LogicalType): string | undefined {
  const map = typeMap[type.kind] as (type: LogicalType) => string | undefined;
  return map(type);
}

function decimalType(precision: number, scale: number): string {
  // PostgreSQL before 15 has no scale above the precision; the wider type holds the same values.
  if (scale !== 0) return `numeric(${Math.max(precision, scale)},${scale})`;
  if (precision <= 4) return 'smallint';
  if (precision <= 9) return 'integer';
  return precision <= 18 ? 'bigint' : `numeric(${precision},0)`;
}

/** Fractional digits of a second that PostgreSQL can keep. */
export const mostFractionDigits = 6;

function keptDigits(precision: number): number {
  return Math.min(precision, mostFractionDigits);
}
