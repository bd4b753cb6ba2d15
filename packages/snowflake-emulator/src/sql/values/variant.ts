import {
  jsonText,
  numberText,
  objectOf,
  quoteJson,
  writeJson,
  type JsonValue,
} from './json-value.ts';
import { readStored } from './parse-json.ts';

/** The last VARIANT texts that were parsed: a row's paths mostly read the same one. */
let lastText: string | undefined;
let lastValue: JsonValue = { kind: 'null' };

function readCached(text: string): JsonValue {
  if (text !== lastText) {
    lastValue = readStored(text);
    lastText = text;
  }
  return lastValue;
}

/** A part of a VARIANT as a value of its own: what is undefined is SQL NULL. */
function stored(value: JsonValue | undefined): string | null {
  return value === undefined || value.kind === 'undefined' ? null : writeJson(value);
}

/**
 * What a path leads to, as it is stored; null (SQL NULL) where nothing is. `steps` are keys as
 * `.name` and indexes as `#n`. https://docs.snowflake.com/en/user-guide/querying-semistructured
 */
export function followPath(text: string, steps: readonly (string | null)[]): string | null {
  let value: JsonValue | undefined = readCached(text);
  for (const step of steps) {
    if (step === null || value === undefined) return null;
    if (step.startsWith('.')) {
      value = value.kind === 'object' ? value.entries.get(step.slice(1)) : undefined;
    } else {
      value = value.kind === 'array' ? value.items[Number(step.slice(1))] : undefined;
    }
  }
  return stored(value);
}

/** A VARIANT cast to VARCHAR: strings without quotes; a JSON null is NULL. */
export function variantText(text: string): string | null {
  if (/^[[{tf]/.test(text)) return jsonText(text);
  const value = readCached(text);
  if (value.kind === 'string') return value.value;
  return value.kind === 'number' || value.kind === 'double' ? numberText(value) : null;
}

/** What a cast to any other type reads: as {@link variantText}, with all digits of a double. */
export function variantScalar(text: string, type: string): string | null {
  const value = readCached(text);
  if (value.kind !== 'number' && value.kind !== 'double') return variantText(text);
  const number = Number(value.text);
  if (type === 'BOOLEAN') return String(number !== 0);
  if (value.kind === 'number') return numberText(value);
  return Number.isFinite(number) ? String(number) : value.text;
}

/** https://docs.snowflake.com/en/sql-reference/functions/typeof */
export function variantType(text: string): string {
  const value = readCached(text);
  switch (value.kind) {
    case 'null':
    case 'undefined':
      return 'NULL_VALUE';
    case 'boolean':
      return 'BOOLEAN';
    case 'string':
      return 'VARCHAR';
    case 'array':
      return 'ARRAY';
    case 'object':
      return 'OBJECT';
    case 'double':
      return 'DOUBLE';
    case 'number':
      return value.text.includes('.') ? 'DECIMAL' : 'INTEGER';
  }
}

export function objectKeys(text: string): string | null {
  const value = readCached(text);
  return value.kind === 'object' ? JSON.stringify([...value.entries.keys()]) : null;
}

/** The values inside of an ARRAY, OBJECT or MAP: their stored texts as a JSON list. */
export function innerValues(text: string): string | null {
  const value = readCached(text);
  if (value.kind === 'array') return JSON.stringify(value.items.map((item) => stored(item)));
  return value.kind === 'object'
    ? JSON.stringify([...value.entries.values()].map((item) => stored(item)))
    : null;
}

/** A MAP of keys and stored texts, each a JSON list. */
export function buildMap(keys: string, values: string): string {
  const items = JSON.parse(values) as (string | null)[];
  const pairs = (JSON.parse(keys) as string[]).flatMap((key, i) => [key, items[i] ?? null]);
  return buildObject(pairs, true);
}

export function arraySize(text: string): string | null {
  const value = readCached(text);
  return value.kind === 'array' ? String(value.items.length) : null;
}

/** Alternating keys and stored texts; pairs with NULL are left out unless `keepNull`. */
export function buildObject(args: readonly (string | null)[], keepNull: boolean): string {
  const entries = new Map<string, JsonValue>();
  for (let i = 0; i < args.length; i += 2) {
    const key = args[i] ?? null;
    const value = args[i + 1] ?? null;
    if (key === null || (value === null && !keepNull)) continue;
    entries.set(key, value === null ? { kind: 'null' } : readStored(value));
  }
  return writeJson(objectOf(entries));
}

/** SQL NULLs in an array show as `undefined`. */
export function buildArray(items: readonly (string | null)[]): string {
  return `[${items.map((item) => item ?? 'undefined').join(',')}]`;
}

export function expectKind(text: string, kind: string): string | null {
  const value = readCached(text);
  if (value.kind === 'null') return null;
  if (value.kind === kind.toLowerCase()) return text;
  return kind === 'ARRAY' ? `[${text}]` : null;
}

export interface FlattenOptions {
  readonly path: string;
  readonly recursive: boolean;
  /** OBJECT, ARRAY or BOTH: what is taken apart. */
  readonly mode: string;
}

type FlattenRow = readonly (string | null)[];

/** Rows of FLATTEN as `[key, path, index, value, this]`, as texts in a JSON array of arrays. */
export function flattenRows(text: string, options: FlattenOptions): string {
  return JSON.stringify(flattenValue(readCached(text), options.path, options));
}

function flattenValue(value: JsonValue, path: string, options: FlattenOptions): FlattenRow[] {
  const { mode, recursive } = options;
  if (mode !== 'BOTH' && mode !== value.kind.toUpperCase()) return [];
  const whole = writeJson(value);
  const row = (key: string | null, at: string, index: string | null, item: JsonValue) => [
    [key, at, index, stored(item), whole],
    ...(recursive ? flattenValue(item, at, options) : []),
  ];
  if (value.kind === 'array')
    return value.items.flatMap((item, i) => row(null, `${path}[${i}]`, String(i), item));
  if (value.kind !== 'object') return [];
  return [...value.entries].flatMap(([key, item]) => row(key, joinPath(path, key), null, item));
}

function joinPath(path: string, key: string): string {
  const simple = /^[A-Za-z_]\w*$/.test(key);
  if (!simple) return `${path}['${key}']`;
  return path === '' ? key : `${path}.${key}`;
}

/**
 * A text that is the same for what Snowflake takes for equal: numbers by their value, whatever their
 * kind. Objects have their keys in order already.
 */
export function comparable(text: string): string {
  return /\d\.0(?!\d)|\de/.test(text) ? comparableValue(readStored(text)) : text;
}

function comparableValue(value: JsonValue): string {
  switch (value.kind) {
    case 'number':
      return numberText(value);
    case 'double':
      return exactDecimal(value.text);
    case 'array':
      return `[${value.items.map((item) => comparableValue(item)).join(',')}]`;
    case 'object':
      return `{${[...value.entries].map(([k, v]) => `${quoteJson(k)}:${comparableValue(v)}`).join(',')}}`;
    default:
      return writeJson(value);
  }
}

/** A double's digits without an exponent, where they are as few as an exact number may have. */
function exactDecimal(text: string): string {
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  const [mantissa = '', exponent = ''] = Math.abs(number).toExponential().split('e');
  const [first = '', rest = ''] = mantissa.split('.');
  const power = Number(exponent);
  const digits = first + rest;
  if (Math.abs(power) > 37) return number.toExponential();
  const whole = power < 0 ? '0' : digits.slice(0, power + 1).padEnd(power + 1, '0');
  const fraction = power < 0 ? '0'.repeat(-power - 1) + digits : digits.slice(power + 1);
  const plain = fraction === '' ? whole : `${whole}.${fraction}`;
  return number < 0 ? `-${plain}` : plain;
}
