import { DATE, binaryType, timeType, type SqlType } from '../sql-type.ts';
import { readCall } from './read-call.ts';
import { readInterval, startsInterval } from './read-interval-type.ts';
import { readType } from './read-type.ts';
import type { TokenReader } from './token-reader.ts';
import type { Case, Expr, Star } from './tree.ts';

/** Functions that may be called without parentheses. */
const BARE_CALLS = new Set([
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'LOCALTIME',
  'LOCALTIMESTAMP',
]);

export function readPrimary(reader: TokenReader): Expr {
  const { token } = reader;
  switch (token.kind) {
    case 'number':
      reader.next();
      return { kind: 'number', text: token.text };
    case 'string':
      reader.next();
      return { kind: 'string', value: token.text };
    case 'binding':
      return readBinding(reader);
    case 'stage':
      reader.next();
      return { kind: 'stage', path: token.text };
    case 'symbol':
      return readSymbol(reader);
    case 'quoted':
      return readName(reader);
    case 'word':
      return readWord(reader);
    case 'end':
      throw reader.error();
  }
}

function readBinding(reader: TokenReader): Expr {
  const { text } = reader.next();
  if (text === '?') {
    reader.bindings += 1;
    return { kind: 'binding', key: String(reader.bindings) };
  }
  if (text.startsWith(':')) return { kind: 'binding', key: text.slice(1) };
  if (/^\$[A-Za-z_]/.test(text)) return { kind: 'binding', key: text.toUpperCase() };
  return { kind: 'column', parts: [text.toUpperCase()] };
}

function readSymbol(reader: TokenReader): Expr {
  if (reader.isSymbol('(')) return readParentheses(reader);
  if (reader.isSymbol('*')) {
    reader.next();
    return readStar(reader, []);
  }
  if (reader.isSymbol('[')) {
    reader.next();
    const args = reader.isSymbol(']') ? [] : reader.list(() => reader.expression());
    reader.expectSymbol(']');
    return call('ARRAY_CONSTRUCT', args);
  }
  if (reader.isSymbol('{')) return readObject(reader);
  throw reader.error();
}

const call = (name: string, args: readonly Expr[]): Expr => ({
  kind: 'call',
  name,
  args,
  distinct: false,
});

function readObject(reader: TokenReader): Expr {
  reader.expectSymbol('{');
  const args: Expr[] = [];
  while (!reader.acceptSymbol('}')) {
    if (args.length > 0) reader.expectSymbol(',');
    args.push({ kind: 'string', value: reader.string() });
    reader.expectSymbol(':');
    args.push(reader.expression());
  }
  return call('OBJECT_CONSTRUCT', args);
}

function readParentheses(reader: TokenReader): Expr {
  reader.expectSymbol('(');
  if (isQueryStart(reader)) {
    const query = reader.query();
    reader.expectSymbol(')');
    return { kind: 'subquery', query };
  }
  const items = reader.list(() => reader.expression());
  reader.expectSymbol(')');
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: 'tuple', items };
}

function isQueryStart(reader: TokenReader): boolean {
  return reader.isWord('SELECT') || reader.isWord('WITH');
}

function readWord(reader: TokenReader): Expr {
  if (reader.isNameInText('IDENTIFIER')) return { kind: 'column', parts: reader.nameInText() };
  const special = readKeyword(reader);
  if (special !== undefined) return special;
  const word = reader.token.text;
  if (RESERVED.has(word)) throw reader.error();
  if (reader.isNameInText('IDENTIFIER')) return { kind: 'column', parts: reader.nameInText() };
  if (reader.isSymbol('(', 1)) return readCall(reader);
  if (BARE_CALLS.has(word)) {
    reader.next();
    return call(word, []);
  }
  return readName(reader);
}

/** Words that can't be a column's name. https://docs.snowflake.com/en/sql-reference/reserved-keywords */
export const RESERVED = new Set(
  `ALL AND ANY AS BETWEEN BY CASE CAST CONNECT CREATE CROSS DELETE DISTINCT DROP ELSE EXISTS FALSE
  FOR FROM FULL GRANT GROUP HAVING ILIKE IN INNER INSERT INTERSECT INTO IS JOIN LATERAL LEFT LIKE
  MINUS NATURAL NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE RIGHT RLIKE SELECT SET SOME START
  TABLE TABLESAMPLE THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE UPDATE USING VALUES WHEN WHENEVER
  WHERE WITH`.split(/\s+/),
);

function readKeyword(reader: TokenReader): Expr | undefined {
  if (reader.accept('NULL')) return { kind: 'null' };
  if (reader.accept('TRUE')) return { kind: 'boolean', value: true };
  if (reader.accept('FALSE')) return { kind: 'boolean', value: false };
  if (reader.isWord('CASE')) return readCase(reader);
  if (reader.accept('EXISTS')) {
    reader.expectSymbol('(');
    const query = reader.query();
    reader.expectSymbol(')');
    return { kind: 'exists', query };
  }
  const cast = reader.acceptOneOf('CAST', 'TRY_CAST');
  if (cast !== undefined) return readCast(reader, cast === 'TRY_CAST');
  if (reader.isWord('DEFAULT') && !reader.isSymbol('(', 1)) {
    reader.next();
    return { kind: 'default' };
  }
  const isFunction = ['LEFT', 'RIGHT', 'INSERT'].some((word) => reader.isWord(word));
  if (isFunction && reader.isSymbol('(', 1)) return readCall(reader);
  return reader.peek(1).kind === 'string' ? readTypedLiteral(reader) : undefined;
}

/** `x'00FF'`: the digits follow at once. https://docs.snowflake.com/en/sql-reference/binary-input-output */
function readHexLiteral(reader: TokenReader): Expr {
  reader.next();
  const digits = reader.string();
  const bytes = Math.max(1, digits.length / 2);
  const expr: Expr = { kind: 'string', value: digits };
  return { kind: 'cast', expr, type: binaryType(bytes), safe: false };
}

/** DATE '…', TIME '…', TIMESTAMP '…', INTERVAL '…', x'…'. */
function readTypedLiteral(reader: TokenReader): Expr | undefined {
  if (reader.token.text === 'X' && reader.token.end === reader.peek(1).start) {
    return readHexLiteral(reader);
  }
  const types: Readonly<Record<string, () => SqlType>> = {
    DATE: () => DATE,
    TIME: () => timeType(),
  };
  const { text } = reader.token;
  if (text === 'INTERVAL') {
    reader.next();
    const text = reader.string();
    if (!startsInterval(reader)) return { kind: 'interval', text };
    const expr: Expr = { kind: 'string', value: text };
    return { kind: 'cast', expr, type: readInterval(reader), safe: false };
  }
  const known = types[text];
  if (known === undefined && !text.startsWith('TIMESTAMP')) return undefined;
  const type = known === undefined ? readType(reader) : known();
  if (known !== undefined) reader.next();
  return { kind: 'cast', expr: { kind: 'string', value: reader.string() }, type, safe: false };
}

function readCast(reader: TokenReader, safe: boolean): Expr {
  reader.expectSymbol('(');
  const expr = reader.expression();
  reader.expect('AS');
  const type = readType(reader);
  reader.expectSymbol(')');
  return { kind: 'cast', expr, type, safe };
}

function readCase(reader: TokenReader): Case {
  reader.expect('CASE');
  const operand = reader.isWord('WHEN') ? undefined : reader.expression();
  const whens: Case['whens'][number][] = [];
  while (reader.accept('WHEN')) {
    const when = reader.expression();
    reader.expect('THEN');
    whens.push({ when, result: reader.expression() });
  }
  if (whens.length === 0) throw reader.error();
  const otherwise = reader.accept('ELSE') ? reader.expression() : undefined;
  reader.expect('END');
  return {
    kind: 'case',
    whens,
    ...(operand === undefined ? {} : { operand }),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

function readName(reader: TokenReader): Expr {
  const parts = [reader.identifier()];
  while (reader.isSymbol('.')) {
    reader.next();
    if (reader.acceptSymbol('*')) return readStar(reader, parts);
    parts.push(reader.identifier());
  }
  if (reader.isSymbol('(')) throw reader.error();
  return { kind: 'column', parts };
}

/** `* [ILIKE 'x'] [EXCLUDE (a, b)] [RENAME (a AS b)]` */
function readStar(reader: TokenReader, qualifier: readonly string[]): Star {
  const like = reader.accept('ILIKE') ? reader.string() : undefined;
  const exclude = reader.accept('EXCLUDE') ? oneOrMore(reader, () => reader.identifier()) : [];
  const renamed = (): [string, string] => {
    const from = reader.identifier();
    reader.expect('AS');
    return [from, reader.identifier()];
  };
  const rename = new Map(reader.accept('RENAME') ? oneOrMore(reader, renamed) : []);
  return { kind: 'star', qualifier, exclude, rename, ...(like === undefined ? {} : { like }) };
}

function oneOrMore<T>(reader: TokenReader, read: () => T): T[] {
  return reader.isSymbol('(') ? reader.parenthesised(read) : [read()];
}
