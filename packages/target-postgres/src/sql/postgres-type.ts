import type { ColumnSchema, IntervalField, LogicalType } from '@snowmelt/core';

/** PostgreSQL's types by how they read the text that COPY gives them. */
export type PostgresClass =
  | 'boolean'
  | 'integer'
  | 'numeric'
  | 'float'
  | 'text'
  | 'varchar'
  | 'char'
  /** `name`, `"char"`, `tsvector`: they keep less than the text that they take, without a word. */
  | 'cutting'
  | 'uuid'
  | 'bytea'
  | 'date'
  | 'time'
  | 'timetz'
  | 'timestamp'
  | 'timestamptz'
  | 'json'
  | 'jsonb'
  | 'interval'
  | 'money'
  | 'bits'
  | 'array'
  | 'vector'
  | 'spatial'
  /** Enums, ranges, network addresses, XML, other extensions' types, … */
  | 'other';

export interface PostgresType {
  readonly class: PostgresClass;
  /** What it holds in words that both sides share; `unknown` where they have none for it. */
  readonly logical: LogicalType;
  /** Of `array`: what it holds. */
  readonly element?: PostgresType;
  /** Of `timetz`: digits of a second. Of `bits`: bits, where there is a limit. */
  readonly digits?: number;
}

type Read = (modifiers: readonly number[]) => PostgresType;

const decimal =
  (precision: number): Read =>
  () => ({ class: 'integer', logical: { kind: 'decimal', precision, scale: 0 } });
const plain =
  (name: PostgresClass, logical: LogicalType = { kind: 'unknown' }): Read =>
  () => ({ class: name, logical });
const text =
  (name: PostgresClass, otherwise?: number): Read =>
  ([length = otherwise]) => ({
    class: length === undefined && name === 'varchar' ? 'text' : name,
    logical: {
      kind: 'text',
      ...(length === undefined ? {} : { length }),
      ...(name === 'char' ? { stored: 'padded' as const } : {}),
    },
  });
const moment =
  (name: 'timestamp' | 'timestamptz'): Read =>
  ([precision = 6]) => ({
    class: name,
    logical: { kind: 'timestamp', precision, zone: name === 'timestamp' ? 'none' : 'instant' },
  });

/**
 * Integers are given the digits that always fit, the mirror of `postgresType`. A numeric's scale
 * may be negative or above its precision (PostgreSQL 15).
 */
const byName: Readonly<Record<string, Read>> = {
  boolean: plain('boolean', { kind: 'boolean' }),
  smallint: decimal(4),
  integer: decimal(9),
  bigint: decimal(18),
  numeric: ([precision, scale = 0]) => ({
    class: 'numeric',
    logical: precision === undefined ? { kind: 'decimal' } : { kind: 'decimal', precision, scale },
  }),
  real: plain('float', { kind: 'float', bits: 32 }),
  'double precision': plain('float', { kind: 'float', bits: 64 }),
  text: text('text'),
  'character varying': text('varchar'),
  character: text('char', 1),
  bpchar: text('char'),
  name: plain('cutting', { kind: 'text', length: 63, stored: 'cut' }),
  '"char"': plain('cutting', { kind: 'text', length: 1, stored: 'cut' }),
  tsvector: plain('cutting'),
  uuid: plain('uuid', { kind: 'uuid' }),
  bytea: plain('bytea', { kind: 'binary' }),
  date: plain('date', { kind: 'date' }),
  'time without time zone': ([precision = 6]) => ({
    class: 'time',
    logical: { kind: 'time', precision },
  }),
  'time with time zone': ([digits = 6]) => ({
    class: 'timetz',
    logical: { kind: 'unknown' },
    digits,
  }),
  'timestamp without time zone': moment('timestamp'),
  'timestamp with time zone': moment('timestamptz'),
  json: plain('json', { kind: 'json', shape: 'any' }),
  jsonb: plain('jsonb', { kind: 'json', shape: 'any' }),
  money: plain('money'),
  bit: ([digits = 1]) => ({ class: 'bits', logical: { kind: 'unknown' }, digits }),
  'bit varying': ([digits]) => ({
    class: 'bits',
    logical: { kind: 'unknown' },
    ...(digits === undefined ? {} : { digits }),
  }),
};

/** Of extensions, whatever schema they are in: pgvector and PostGIS. */
const byExtensionName: Readonly<Record<string, (modifiers: string) => PostgresType>> = {
  vector: (modifiers) => ({
    class: 'vector',
    logical: { kind: 'vector', element: 'float', dimension: Number(modifiers) },
  }),
  halfvec: () => ({ class: 'vector', logical: { kind: 'unknown' } }),
  sparsevec: () => ({ class: 'vector', logical: { kind: 'unknown' } }),
  geometry: () => ({ class: 'spatial', logical: { kind: 'spatial', model: 'geometry' } }),
  geography: () => ({ class: 'spatial', logical: { kind: 'spatial', model: 'geography' } }),
};

const other: PostgresType = { class: 'other', logical: { kind: 'unknown' } };

/** `formatted`: as `format_type` spells it, such as `timestamp(3) without time zone`. */
export function readType(formatted: string): PostgresType {
  if (formatted.endsWith('[]')) return arrayOf(formatted.slice(0, -2));
  const match = /^("char"|[a-z ]+?)(?:\(([-\d,]+)\))?( with(?:out)? time zone)?$/.exec(formatted);
  const [, name = '', modifiers, zone = ''] = match ?? [];
  const numbers = modifiers === undefined ? [] : modifiers.split(',').map(Number);
  return (
    byName[`${name}${zone}`]?.(numbers) ??
    interval(name, numbers) ??
    extensionType(formatted) ??
    other
  );
}

/** Of a domain, what it is made of. */
export function typeOf({ nativeType, domain }: ColumnSchema): PostgresType {
  return readType(domain?.base ?? nativeType);
}

function arrayOf(element: string): PostgresType {
  return { class: 'array', logical: { kind: 'unknown' }, element: readType(element) };
}

/** From the largest to the smallest. */
export const intervalFields = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

function interval(name: string, [digits = 6]: readonly number[]): PostgresType | undefined {
  const [word, from = 'year', to = from] = name.split(/ to | /);
  const isField = (field: string): field is IntervalField =>
    intervalFields.some((one) => one === field);
  if (word !== 'interval' || !isField(from) || !isField(to)) return undefined;
  // PostgreSQL only drops what is smaller than the last field.
  const last = name === 'interval' ? 'second' : to;
  const precision = last === 'second' ? digits : 0;
  return {
    class: 'interval',
    logical: { kind: 'interval', from: 'year', to: last, precision },
  };
}

function extensionType(formatted: string): PostgresType | undefined {
  const match = /^(?:.+\.)?(vector|halfvec|sparsevec|geometry|geography)(?:\((.*)\))?$/.exec(
    formatted,
  );
  const [, name = '', modifiers = ''] = match ?? [];
  return byExtensionName[name]?.(modifiers);
}
