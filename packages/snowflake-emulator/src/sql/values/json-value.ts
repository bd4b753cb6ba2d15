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

/**
 * Doubles as C's printf writes them: rounded half to even on the exact binary value, an exponent of
 * two digits at least. JavaScript rounds ties up, and writes shorter exponents.
 */

/** `%.<digits>e` of a finite double. */
export function scientific(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = rounded(value, digits).split('e');
  return `${signOf(value)}${mantissa}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`;
}

/** `%.<digits>g` of a finite double. */
export function general(value: number, digits: number): string {
  const text = scientific(value, digits - 1);
  const [mantissa = '', exponent = ''] = text.split('e');
  const power = Number(exponent);
  if (power < -4 || power >= digits) return `${withoutZeros(mantissa)}e${exponent}`;
  const shown = text.replace(/e.*$/, '').replace(/^-/, '').replace('.', '');
  const plain =
    power < 0
      ? `0.${'0'.repeat(-power - 1)}${shown}`
      : `${shown.slice(0, power + 1)}.${shown.slice(power + 1)}`;
  return `${signOf(value)}${withoutZeros(plain)}`;
}

function signOf(value: number): string {
  return value < 0 || Object.is(value, -0) ? '-' : '';
}

function withoutZeros(text: string): string {
  return text.replace(/\.?0*$/, '');
}

/** The magnitude by toExponential, a tie going to the even digit. */
function rounded(value: number, digits: number): string {
  const magnitude = Math.abs(value);
  const up = magnitude.toExponential(digits);
  if (!isTie(magnitude, digits)) return up;
  const [mantissa = '', exponent = ''] = magnitude.toExponential(digits + 1).split('e');
  const down = mantissa.slice(0, -1).replace(/\.$/, '');
  return /[02468]$/.test(down) ? `${down}e${exponent}` : up;
}

/** Whether the exact value lies halfway: what follows the digits is a 5 and nothing more. */
function isTie(magnitude: number, digits: number): boolean {
  // Four digits more tell nearly all others apart, in a tenth of the time.
  if (!/50{3}e/.test(magnitude.toExponential(digits + 4))) return false;
  // oxlint-disable-next-line number-arg-out-of-range -- 100 digits since ES2018; a tie has 17
  const [mantissa = ''] = magnitude.toExponential(100).split('e');
  return /^50*$/.test(mantissa.replace('.', '').slice(digits + 1));
}
