import { SqlError } from '../../engine/contract.ts';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'binding' | 'stage' | 'end';
  /** Of a word: upper case. Of a quoted name or a string: its value. */
  readonly text: string;
  /** Where it starts and ends in the statement, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const SYMBOLS = ['::', '||', '=>', '->', '<>', '!=', '<=', '>='];
const SIMPLE = new Set('()[]{},.;:+-*/%=<>^&|~!'.split(''));

/** "syntax error line L at position P unexpected 'X'": lines count from 1, positions from 0. */
export function syntaxError(sql: string, at: number, unexpected: string): SqlError {
  const before = sql.slice(0, at);
  const line = before.split('\n').length;
  const position = at - (before.lastIndexOf('\n') + 1);
  return new SqlError(
    '001003',
    '42000',
    `SQL compilation error:\nsyntax error line ${line} at position ${position} unexpected '${unexpected}'.`,
  );
}

/** Cuts a text of one or more statements into tokens; the last token is of kind `end`. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = skipSpace(sql, 0);
  while (at < sql.length) {
    const token = readToken(sql, at);
    tokens.push(token);
    at = skipSpace(sql, token.end);
  }
  tokens.push({ kind: 'end', text: '<EOF>', start: sql.length, end: sql.length });
  return tokens;
}

function skipSpace(sql: string, from: number): number {
  const space = /\s+|(?:--|\/\/)[^\n]*/y;
  let at = from;
  for (;;) {
    space.lastIndex = at;
    if (space.test(sql)) at = space.lastIndex;
    else if (sql.startsWith('/*', at) && sql.includes('*/', at + 2)) {
      at = sql.indexOf('*/', at + 2) + 2;
    } else return at;
  }
}

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

function readToken(sql: string, start: number): Token {
  const at = (kind: Token['kind'], text: string, end: number): Token => ({
    kind,
    text,
    start,
    end,
  });
  const char = sql.charAt(start);
  if (char === "'") return readString(sql, start);
  if (char === '"') return readQuoted(sql, start);
  if (sql.startsWith('$$', start)) {
    const end = sql.indexOf('$$', start + 2);
    if (end < 0) throw syntaxError(sql, start, '$$');
    return at('string', sql.slice(start + 2, end), end + 2);
  }
  const word = match(/[\p{L}_][\p{L}\p{N}_$]*/uy, sql, start);
  if (word !== undefined) return at('word', word.toUpperCase(), start + word.length);
  const number = match(/(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y, sql, start);
  if (number !== undefined) return at('number', number, start + number.length);
  const binding = match(/\?|:\d+|\$\d+|\$[A-Za-z_]\w*/y, sql, start);
  if (binding !== undefined) return at('binding', binding, start + binding.length);
  const stage = match(/@[^\s(),;']+/y, sql, start);
  if (stage !== undefined) return at('stage', stage, start + stage.length);
  const symbol = SYMBOLS.find((each) => sql.startsWith(each, start));
  if (symbol !== undefined) return at('symbol', symbol, start + symbol.length);
  if (SIMPLE.has(char)) return at('symbol', char, start + 1);
  throw syntaxError(sql, start, char);
}

function readQuoted(sql: string, start: number): Token {
  let end = sql.indexOf('"', start + 1);
  while (end >= 0 && sql[end + 1] === '"') end = sql.indexOf('"', end + 2);
  if (end < 0) throw syntaxError(sql, start, '"');
  const value = sql.slice(start + 1, end).replaceAll('""', '"');
  return { kind: 'quoted', text: value, start, end: end + 1 };
}

function readString(sql: string, start: number): Token {
  const end = endOfString(sql, start);
  const value = unescape(sql.slice(start + 1, end - 1));
  return { kind: 'string', text: value, start, end };
}

/** Goes from quote to quote: a pattern over a literal of 16 MiB would overflow the stack. */
function endOfString(sql: string, start: number): number {
  const special = /['\\]/g;
  special.lastIndex = start + 1;
  while (special.test(sql)) {
    const at = special.lastIndex;
    const isEscape = sql[at - 1] === '\\' || sql[at] === "'";
    if (!isEscape) return at;
    special.lastIndex = at + 1;
  }
  throw syntaxError(sql, start, "'");
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  0: '\0',
};

/**
 * Escape sequences in single-quoted strings; an unknown one is the character itself.
 * https://docs.snowflake.com/en/sql-reference/data-types-text#escape-sequences-in-single-quoted-string-constants
 */
function unescape(raw: string): string {
  if (!raw.includes('\\') && !raw.includes("''")) return raw;
  const escape = /''|\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{3}|[\s\S])/g;
  return raw.replace(escape, (_all, sequence: string | undefined) => {
    if (sequence === undefined) return "'";
    if (/^[ux]./.test(sequence)) return String.fromCharCode(Number.parseInt(sequence.slice(1), 16));
    if (/^[0-7]{3}$/.test(sequence)) return String.fromCharCode(Number.parseInt(sequence, 8));
    return ESCAPES[sequence] ?? sequence;
  });
}
