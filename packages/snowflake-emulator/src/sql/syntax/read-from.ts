import { startsQuery } from './read-expression.ts';
import type { TokenReader } from './token-reader.ts';
import type { Alias, Call, Changes, Expr, FromItem, Join, TableRef, Travel } from './tree.ts';
import { unsupported } from '../unsupported.ts';

/** `a, b JOIN c ON …, LATERAL FLATTEN(…)`: a comma is a cross join. */
export function readFrom(reader: TokenReader): FromItem {
  let left = readJoins(reader);
  while (reader.acceptSymbol(',')) {
    left = { kind: 'join', type: 'CROSS', natural: false, left, right: readJoins(reader) };
  }
  return left;
}

function readJoins(reader: TokenReader): FromItem {
  let left = readItem(reader);
  for (;;) {
    const join = readJoinType(reader);
    if (join === undefined) return left;
    left = { kind: 'join', left, right: readItem(reader), ...join, ...readCondition(reader) };
  }
}

function readJoinType(reader: TokenReader): Pick<Join, 'type' | 'natural'> | undefined {
  const start = reader.position;
  const natural = reader.accept('NATURAL');
  const word = reader.acceptOneOf('INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS');
  if (word !== undefined && word !== 'INNER' && word !== 'CROSS') reader.accept('OUTER');
  if (reader.accept('JOIN')) return { type: word ?? 'INNER', natural };
  reader.rewind(start);
  return undefined;
}

function readCondition(reader: TokenReader): { on?: Expr; using?: string[] } {
  if (reader.accept('ON')) return { on: reader.expression() };
  if (reader.accept('USING')) return { using: reader.parenthesised(() => reader.identifier()) };
  return {};
}

function readItem(reader: TokenReader): FromItem {
  const lateral = reader.accept('LATERAL');
  if (reader.isSymbol('(')) return readParentheses(reader);
  if (reader.isNameInText('TABLE')) return readTable(reader, reader.nameInText());
  if (reader.isWord('TABLE') && reader.isSymbol('(', 1)) return readTableFunction(reader);
  if (reader.accept('VALUES')) return readValues(reader);
  if (reader.token.kind === 'stage') throw unsupported('a query over staged files');
  if (lateral) return withAlias(reader, { kind: 'tableFunction', call: expectCall(reader) });
  return readTable(reader);
}

function readParentheses(reader: TokenReader): FromItem {
  if (startsQuery(reader, 1)) {
    reader.expectSymbol('(');
    const query = reader.query();
    reader.expectSymbol(')');
    return withAlias(reader, { kind: 'derived', query });
  }
  reader.expectSymbol('(');
  if (reader.accept('VALUES')) {
    const item = readValues(reader);
    reader.expectSymbol(')');
    return item.kind === 'derived' ? withAlias(reader, item) : item;
  }
  const item = readFrom(reader);
  reader.expectSymbol(')');
  return item;
}

function readValues(reader: TokenReader): FromItem {
  const rows = reader.list(() => reader.parenthesised(() => reader.expression()));
  const query = {
    ctes: [],
    recursive: false,
    orderBy: [],
    body: { kind: 'values', rows },
  } as const;
  return withAlias(reader, { kind: 'derived', query });
}

function readTableFunction(reader: TokenReader): FromItem {
  reader.expect('TABLE');
  reader.expectSymbol('(');
  const call = expectCall(reader);
  reader.expectSymbol(')');
  return withAlias(reader, { kind: 'tableFunction', call });
}

/** A table function's name may have a database and schema: only its last part counts. */
function expectCall(reader: TokenReader): Call {
  while (reader.isSymbol('.', 1)) {
    reader.next();
    reader.next();
  }
  const call = reader.expression();
  if (call.kind !== 'call') throw reader.error();
  return call;
}

type Aliased = Extract<FromItem, { alias?: Alias }>;

function withAlias<T extends Aliased>(reader: TokenReader, item: T): T {
  const alias = readAlias(reader);
  return alias === undefined ? item : { ...item, alias };
}

export function readAlias(reader: TokenReader): Alias | undefined {
  const name = readAliasName(reader);
  if (name === undefined) return undefined;
  const columns = reader.isSymbol('(') ? reader.parenthesised(() => reader.identifier()) : [];
  return { name, columns };
}

const FOLLOWS_TABLE = new Set(
  `ON USING JOIN INNER LEFT RIGHT FULL CROSS NATURAL LATERAL WHERE GROUP HAVING QUALIFY ORDER LIMIT
  OFFSET FETCH UNION EXCEPT MINUS INTERSECT SET WHEN AT BEFORE CHANGES SAMPLE TABLESAMPLE PIVOT
  UNPIVOT MATCH_RECOGNIZE ASOF SELECT VALUES END START CONNECT WINDOW`.split(/\s+/),
);

function readAliasName(reader: TokenReader): string | undefined {
  if (reader.accept('AS')) return reader.identifier();
  const { token } = reader;
  const isAlias =
    token.kind === 'quoted' || (token.kind === 'word' && !FOLLOWS_TABLE.has(token.text));
  return isAlias ? reader.next().text : undefined;
}

const UNSUPPORTED = ['SAMPLE', 'TABLESAMPLE', 'PIVOT', 'UNPIVOT', 'MATCH_RECOGNIZE', 'ASOF'];

export function readTable(reader: TokenReader, parts = reader.name()): TableRef {
  const changes = reader.accept('CHANGES') ? readChanges(reader) : undefined;
  const travel = changes === undefined ? readTravel(reader) : undefined;
  const alias = readAlias(reader);
  const next = reader.token;
  if (next.kind === 'word' && UNSUPPORTED.includes(next.text)) throw unsupported(next.text);
  return {
    kind: 'table',
    parts,
    ...(travel === undefined ? {} : { travel }),
    ...(changes === undefined ? {} : { changes }),
    ...(alias === undefined ? {} : { alias }),
  };
}

function readChanges(reader: TokenReader): Changes {
  reader.expectSymbol('(');
  reader.expect('INFORMATION');
  reader.expectSymbol('=>');
  const information = reader.acceptOneOf('DEFAULT', 'APPEND_ONLY');
  if (information === undefined) throw reader.error();
  reader.expectSymbol(')');
  const from = readTravel(reader);
  if (from === undefined) throw reader.error();
  const end = reader.accept('END') ? readPoint(reader, false) : undefined;
  return { information, from, ...(end === undefined ? {} : { end }) };
}

export function readTravel(reader: TokenReader): Travel | undefined {
  if (!(reader.isWord('AT') || reader.isWord('BEFORE')) || !reader.isSymbol('(', 1)) {
    return undefined;
  }
  return readPoint(reader, reader.next().text === 'BEFORE');
}

function readPoint(reader: TokenReader, before: boolean): Travel {
  reader.expectSymbol('(');
  if (reader.isWord('STREAM')) throw unsupported('AT(STREAM => …)');
  const by = reader.acceptOneOf('TIMESTAMP', 'OFFSET', 'STATEMENT');
  if (by === undefined) throw reader.error();
  reader.expectSymbol('=>');
  const value = reader.expression();
  reader.expectSymbol(')');
  return { before, by, value };
}
