/** JSON whose numbers keep their digits, with keys in order, as Snowflake stores VARIANTs. */
export type JsonValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonValue[] }
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, JsonValue> };

export class JsonSyntaxError extends Error {}

const TOKEN =
  /\s*(?:([{}[\],:])|("(?:[^"\\]|\\[\s\S])*")|(-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(true|false|null|undefined|NaN)\b)/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): RegExpExecArray {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw new JsonSyntaxError(`unexpected input, pos ${this.#at + 1}`);
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
    if (!this.accept(symbol)) throw new JsonSyntaxError(`missing ${symbol}, pos ${this.#at + 1}`);
  }

  atEnd(): boolean {
    return this.#text.slice(this.#at).trim() === '';
  }
}

/** Throws {@link JsonSyntaxError}. */
export function parseJson(text: string): JsonValue {
  const reader = new Reader(text);
  const value = readValue(reader);
  if (!reader.atEnd()) throw new JsonSyntaxError('more than one document in the input');
  return value;
}

function readValue(reader: Reader): JsonValue {
  const [all, symbol, string, number, word] = reader.next();
  if (string !== undefined) return { kind: 'string', value: readString(string) };
  if (number !== undefined) return { kind: 'number', text: canonicalNumber(number) };
  if (symbol === '[') return readArray(reader);
  if (symbol === '{') return readObject(reader);
  if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true' };
  if (word === 'null' || word === 'undefined') return { kind: 'null' };
  throw new JsonSyntaxError(`unexpected ${all.trim()}`);
}

function readString(token: string): string {
  try {
    return JSON.parse(token.replaceAll(/[\n\r\t]/g, escapeControl)) as string;
  } catch {
    throw new JsonSyntaxError('invalid escape sequence in a string');
  }
}

function escapeControl(char: string): string {
  return JSON.stringify(char).slice(1, -1);
}

function readArray(reader: Reader): JsonValue {
  const items: JsonValue[] = [];
  while (!reader.accept(']')) {
    if (items.length > 0) reader.expect(',');
    items.push(readValue(reader));
  }
  return { kind: 'array', items };
}

function readObject(reader: Reader): JsonValue {
  const entries = new Map<string, JsonValue>();
  while (!reader.accept('}')) {
    if (entries.size > 0) reader.expect(',');
    const [, , key] = reader.next();
    if (key === undefined) throw new JsonSyntaxError('a key is no string');
    reader.expect(':');
    entries.set(readString(key), readValue(reader));
  }
  return objectOf(entries);
}

/** Keys in order of their code points, as Snowflake shows them. */
export function objectOf(entries: ReadonlyMap<string, JsonValue>): JsonValue {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return { kind: 'object', entries: new Map(sorted) };
}

/**
 * Plain decimals keep all their digits, without zeros that say nothing; numbers with an exponent
 * are doubles. https://docs.snowflake.com/en/sql-reference/functions/parse_json
 */
function canonicalNumber(text: string): string {
  if (/[eE]/.test(text)) return String(Number(text)).replace('e', 'e');
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const rest = fraction.replace(/0+$/, '');
  const plain = rest === '' ? digits : `${digits}.${rest}`;
  return text.startsWith('-') && plain !== '0' ? `-${plain}` : plain;
}

export function writeJson(value: JsonValue): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(value.value);
    case 'number':
      return value.text;
    case 'string':
      return JSON.stringify(value.value);
    case 'array':
      return `[${value.items.map((item) => writeJson(item)).join(',')}]`;
    case 'object':
      return `{${[...value.entries].map(([k, v]) => `${JSON.stringify(k)}:${writeJson(v)}`).join(',')}}`;
  }
}
