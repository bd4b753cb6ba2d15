import { objectOf, type JsonValue } from './json-value.ts';

export class JsonSyntaxError extends Error {}

/** Snowflake takes more than JSON: words in any case, keys without quotes, and holes in arrays. */
const TOKEN =
  /\s*(?:([{}[\],:])|("(?:[^"\\]|\\[\s\S])*")|(-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(-?[A-Za-z_$][\w$]*))/y;

class Reader {
  readonly #text: string;
  #at = 0;
  readonly mode: Mode;

  constructor(text: string, mode: Mode) {
    this.#text = text;
    this.mode = mode;
  }

  next(): RegExpExecArray {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw this.error(this.atEnd() ? 'unfinished input' : 'unexpected input');
    this.#at = TOKEN.lastIndex;
    return match;
  }

  /** Consumes the symbol if it is next. */
  accept(symbol: string): boolean {
    const start = this.#at;
    if (!this.atEnd() && this.next()[1] === symbol) return true;
    this.#at = start;
    return false;
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.error(`missing ${symbol}`);
  }

  atEnd(): boolean {
    return this.#text.slice(this.#at).trim() === '';
  }

  error(what: string): JsonSyntaxError {
    return new JsonSyntaxError(`${what}, pos ${this.#at + 1}`);
  }
}

/** `d`: of keys that an object repeats the last stays; `s`: they are an error; or what is stored. */
type Mode = 'd' | 's' | 'stored';

/** Reads what is stored of a VARIANT, its numbers as they stand. */
export function readStored(text: string): JsonValue {
  return parseJson(text, 'stored');
}

/**
 * Reads a document as PARSE_JSON does. Throws {@link JsonSyntaxError}.
 * https://docs.snowflake.com/en/sql-reference/functions/parse_json
 */
export function parseJson(text: string, mode: Mode = 's'): JsonValue {
  const reader = new Reader(text, mode);
  const value = readValue(reader);
  if (!reader.atEnd()) throw reader.error('more than one document in the input');
  return value;
}

function readValue(reader: Reader): JsonValue {
  const [, symbol, string, number, word] = reader.next();
  if (string !== undefined) return { kind: 'string', value: readString(string) };
  if (number !== undefined) return readNumber(number, reader.mode);
  if (symbol === '[') return readArray(reader);
  if (symbol === '{') return readObject(reader);
  const value = word === undefined ? undefined : WORDS[word.toLowerCase()];
  if (value === undefined) throw reader.error(`unexpected ${symbol ?? word}`);
  return value;
}

const double = (text: string): JsonValue => ({ kind: 'double', text });

/** Source: mlorek/frostlake, JsonNonFiniteTest and JsonArrayHoleTest (measured on an account). */
const WORDS: Readonly<Record<string, JsonValue>> = {
  true: { kind: 'boolean', value: true },
  false: { kind: 'boolean', value: false },
  null: { kind: 'null' },
  undefined: { kind: 'undefined' },
  nan: double('NaN'),
  inf: double('Infinity'),
  infinity: double('Infinity'),
  '-inf': double('-Infinity'),
  '-infinity': double('-Infinity'),
};

function readString(token: string): string {
  try {
    return JSON.parse(token.replaceAll(/\p{Cc}/gu, escapeControl)) as string;
  } catch {
    throw new JsonSyntaxError('invalid escape sequence in a string');
  }
}

function escapeControl(char: string): string {
  return JSON.stringify(char).slice(1, -1);
}

/**
 * Where an element is missing it is undefined; so is the one after a last comma that follows a value.
 * Source: mlorek/frostlake, JsonArrayHoleTest (measured on an account).
 */
function readArray(reader: Reader): JsonValue {
  const items: JsonValue[] = [];
  let afterValue = false;
  while (!reader.accept(']')) {
    if (reader.accept(',')) {
      items.push({ kind: 'undefined' });
      afterValue = false;
      continue;
    }
    items.push(readValue(reader));
    afterValue = reader.accept(',');
    if (afterValue) continue;
    reader.expect(']');
    return { kind: 'array', items };
  }
  if (afterValue) items.push({ kind: 'undefined' });
  return { kind: 'array', items };
}

/** A comma may stand before the closing brace, and `undefined` is null. */
function readObject(reader: Reader): JsonValue {
  const entries = new Map<string, JsonValue>();
  while (!reader.accept('}')) {
    const key = readKey(reader);
    reader.expect(':');
    const value = readValue(reader);
    if (entries.has(key) && reader.mode === 's')
      throw reader.error(`duplicate object attribute "${key}"`);
    entries.set(key, value.kind === 'undefined' ? { kind: 'null' } : value);
    if (reader.accept(',')) continue;
    reader.expect('}');
    break;
  }
  return objectOf(entries);
}

function readKey(reader: Reader): string {
  const [, , string, , word] = reader.next();
  if (string !== undefined) return readString(string);
  if (word === undefined || word.startsWith('-')) throw reader.error('a key is expected');
  return word;
}

/** The largest unscaled value and scale of an exact number: 128 bits, and those of NUMBER. */
const LARGEST = 2n ** 127n - 1n;
const MOST_DECIMALS = 37;

/**
 * Plain decimals keep all their digits, without zeros that say nothing; numbers with an exponent,
 * and those that NUMBER has no room for, are doubles.
 * https://docs.snowflake.com/en/sql-reference/functions/parse_json, "Usage notes"
 */
function readNumber(token: string, mode: Mode): JsonValue {
  const isDouble = /[eE]/.test(token);
  if (mode === 'stored') return { kind: isDouble ? 'double' : 'number', text: token };
  if (isDouble) return doubleOf(token);
  const [whole = '', fraction = ''] = token.replace('-', '').split('.');
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const rest = fraction.replace(/0+$/, '');
  if (rest.length > MOST_DECIMALS || BigInt(digits + rest) > LARGEST) return doubleOf(token);
  const plain = rest === '' ? digits : `${digits}.${rest}`;
  return { kind: 'number', text: token.startsWith('-') && plain !== '0' ? `-${plain}` : plain };
}

function doubleOf(token: string): JsonValue {
  const value = Number(token);
  if (!Number.isFinite(value)) return double(value > 0 ? 'Infinity' : '-Infinity');
  return double(Object.is(value, -0) ? '-0e+0' : value.toExponential());
}
