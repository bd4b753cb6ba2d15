import { objectOf, parseJson, writeJson, type JsonValue } from './json-value.ts';

/** The last VARIANT texts that were parsed: a row's paths mostly read the same one. */
let lastText: string | undefined;
let lastValue: JsonValue = { kind: 'null' };

function parseCached(text: string): JsonValue {
  if (text !== lastText) {
    lastValue = parseJson(text);
    lastText = text;
  }
  return lastValue;
}

/**
 * What a path leads to, as JSON text; null (SQL NULL) where nothing is. `steps` are keys as
 * `.name` and indexes as `[n]`. https://docs.snowflake.com/en/user-guide/querying-semistructured
 */
export function followPath(text: string, steps: readonly (string | null)[]): string | null {
  let value: JsonValue | undefined = parseCached(text);
  for (const step of steps) {
    if (step === null || value === undefined) return null;
    if (step.startsWith('.')) {
      value = value.kind === 'object' ? value.entries.get(step.slice(1)) : undefined;
    } else {
      value = value.kind === 'array' ? value.items[Number(step.slice(1))] : undefined;
    }
  }
  return value === undefined ? null : writeJson(value);
}

/** A VARIANT cast to VARCHAR: strings without quotes; a JSON null is NULL. */
export function variantText(text: string): string | null {
  if (text === 'null') return null;
  if (!text.startsWith('"')) return text;
  return JSON.parse(text) as string;
}

/** https://docs.snowflake.com/en/sql-reference/functions/typeof */
export function variantType(text: string): string {
  const value = parseCached(text);
  switch (value.kind) {
    case 'null':
      return 'NULL_VALUE';
    case 'boolean':
      return 'BOOLEAN';
    case 'string':
      return 'VARCHAR';
    case 'array':
      return 'ARRAY';
    case 'object':
      return 'OBJECT';
    case 'number':
      if (/e/i.test(value.text)) return 'DOUBLE';
      return value.text.includes('.') ? 'DECIMAL' : 'INTEGER';
  }
}

export function objectKeys(text: string): string | null {
  const value = parseCached(text);
  return value.kind === 'object' ? JSON.stringify([...value.entries.keys()]) : null;
}

export function arraySize(text: string): string | null {
  const value = parseCached(text);
  return value.kind === 'array' ? String(value.items.length) : null;
}

/** Alternating keys and JSON texts; pairs with NULL are left out unless `keepNull`. */
export function buildObject(args: readonly (string | null)[], keepNull: boolean): string {
  const entries = new Map<string, JsonValue>();
  for (let i = 0; i < args.length; i += 2) {
    const key = args[i] ?? null;
    const value = args[i + 1] ?? null;
    if (key === null || (value === null && !keepNull)) continue;
    entries.set(key, value === null ? { kind: 'null' } : parseJson(value));
  }
  return writeJson(objectOf(entries));
}

/** SQL NULLs in an array show as `undefined`. */
export function buildArray(items: readonly (string | null)[]): string {
  return `[${items.map((item) => item ?? 'undefined').join(',')}]`;
}

export function expectKind(text: string, kind: string): string | null {
  const value = parseCached(text);
  if (value.kind === 'null') return null;
  if (value.kind === kind.toLowerCase()) return text;
  return kind === 'ARRAY' ? `[${text}]` : null;
}

/** Rows of FLATTEN as `[key, path, index, value]`, as JSON texts in a JSON array of arrays. */
export function flattenRows(text: string, path: string): string {
  const value = parseCached(text);
  if (value.kind === 'array') {
    return JSON.stringify(
      value.items.map((item, i) => [null, `${path}[${i}]`, String(i), writeJson(item)]),
    );
  }
  if (value.kind !== 'object') return '[]';
  return JSON.stringify(
    [...value.entries].map(([key, item]) => [key, joinPath(path, key), null, writeJson(item)]),
  );
}

function joinPath(path: string, key: string): string {
  const simple = /^[A-Za-z_]\w*$/.test(key);
  if (!simple) return `${path}['${key}']`;
  return path === '' ? key : `${path}.${key}`;
}
