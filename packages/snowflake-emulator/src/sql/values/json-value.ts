import { general, scientific } from './double-text.ts';

/**
 * What a VARIANT holds, with keys in order. Numbers keep their digits, as exact decimals or as
 * doubles; `undefined` is an ARRAY's element that is SQL NULL.
 *
 * A VARIANT is stored as text like JSON. In it a double has an exponent (`1.5e0`) or is `NaN`,
 * `Infinity` or `-Infinity`, and a whole decimal that came from a type with a scale has `.0`.
 */
export type JsonValue =
  | { readonly kind: 'null' | 'undefined' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number' | 'double'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonValue[] }
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, JsonValue> };

/** Keys in order of their code points, as Snowflake shows them. */
export function objectOf(entries: ReadonlyMap<string, JsonValue>): JsonValue {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return { kind: 'object', entries: new Map(sorted) };
}

/** A JSON string: control characters and DEL are escaped, in small letters; nothing else needs it. */
export function quoteJson(text: string): string {
  return JSON.stringify(text).replaceAll('\u007F', '\\u007f');
}

/** The stored text. */
export function writeJson(value: JsonValue): string {
  switch (value.kind) {
    case 'null':
    case 'undefined':
      return value.kind;
    case 'boolean':
      return String(value.value);
    case 'number':
    case 'double':
      return value.text;
    case 'string':
      return quoteJson(value.value);
    case 'array':
      return `[${value.items.map((item) => writeJson(item)).join(',')}]`;
    case 'object':
      return `{${[...value.entries].map(([k, v]) => `${quoteJson(k)}:${writeJson(v)}`).join(',')}}`;
  }
}

/** Strings, and numbers that a JSON result does not show as they are stored. */
const STORED = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?e[+-]?\d+|(\d)\.0(?![\d])/g;

/**
 * The text that TO_JSON gives for a stored one: doubles as `%.15e`.
 * Source: mlorek/frostlake, JsonDoubleConversionTextTest (measured on an account).
 */
export function jsonText(stored: string): string {
  return stored.replace(STORED, (token, digit: string | undefined) => {
    if (token.startsWith('"')) return token;
    return digit ?? scientific(Number(token), 15);
  });
}

/**
 * A stored number as a cast to VARCHAR shows it: as many digits of a double as of a FLOAT, and `.0`
 * where a whole one came from FLOAT. Source: mlorek/frostlake, VariantDoubleTextTest (measured on an account).
 */
export function numberText(value: Extract<JsonValue, { kind: 'number' | 'double' }>): string {
  const { kind, text } = value;
  if (kind === 'number') return text.replace(/\.0$/, '');
  const number = Number(text);
  if (!Number.isFinite(number)) return text.replace('Infinity', 'inf');
  const shown = general(number, Math.abs(number) < 1e10 ? 10 : 15);
  return /\.0e/.test(text) && /^-?\d+$/.test(shown) ? `${shown}.0` : shown;
}
