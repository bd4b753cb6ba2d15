import type { LogicalType } from '@snowmelt/core';

const unknown: LogicalType = { kind: 'unknown' };
const instant = (precision: number): LogicalType => ({
  kind: 'timestamp',
  precision,
  zone: 'instant',
});
const wallClock = (precision: number): LogicalType => ({
  kind: 'timestamp',
  precision,
  zone: 'none',
});

/**
 * What PostgreSQL's types hold. Integers are given the digits that always fit, the mirror of
 * `postgresType`. Arrays, enums, ranges and extension types are `unknown`: COPY gives them text.
 */
const byName: Readonly<Record<string, (modifiers: readonly number[]) => LogicalType>> = {
  boolean: () => ({ kind: 'boolean' }),
  smallint: () => ({ kind: 'decimal', precision: 4, scale: 0 }),
  integer: () => ({ kind: 'decimal', precision: 9, scale: 0 }),
  bigint: () => ({ kind: 'decimal', precision: 18, scale: 0 }),
  numeric: ([precision, scale]) =>
    precision === undefined
      ? { kind: 'decimal' }
      : { kind: 'decimal', precision, scale: scale ?? 0 },
  real: () => ({ kind: 'float', bits: 32 }),
  'double precision': () => ({ kind: 'float', bits: 64 }),
  text: () => ({ kind: 'text' }),
  name: () => ({ kind: 'text', length: 63 }),
  'character varying': ([length]) => ({
    kind: 'text',
    ...(length === undefined ? {} : { length }),
  }),
  bpchar: () => ({ kind: 'text' }),
  character: ([length]) => ({ kind: 'text', length: length ?? 1 }),
  uuid: () => ({ kind: 'uuid' }),
  bytea: () => ({ kind: 'binary' }),
  date: () => ({ kind: 'date' }),
  'time without time zone': ([precision]) => ({ kind: 'time', precision: precision ?? 6 }),
  'timestamp without time zone': ([precision]) => wallClock(precision ?? 6),
  'timestamp with time zone': ([precision]) => instant(precision ?? 6),
  json: () => ({ kind: 'json', shape: 'any' }),
  jsonb: () => ({ kind: 'json', shape: 'any' }),
  interval: () => ({ kind: 'interval' }),
};

/** `formatted`: as `format_type` spells it, such as `timestamp(3) without time zone`. */
export function logicalType(formatted: string): LogicalType {
  const match = /^([a-z ]+?)(?:\(([-\d,]+)\))?( with(?:out)? time zone)?$/.exec(formatted);
  if (match === null) return unknown;
  const [, name = '', modifiers, zone = ''] = match;
  const read = byName[`${name}${zone}`];
  return read?.(modifiers === undefined ? [] : modifiers.split(',').map(Number)) ?? unknown;
}
