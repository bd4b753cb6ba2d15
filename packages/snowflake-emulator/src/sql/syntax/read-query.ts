import { readOrderBy } from './read-call.ts';
import { readFrom } from './read-from.ts';
import { RESERVED } from './read-primary.ts';
import type { TokenReader } from './token-reader.ts';
import type { Cte, Expr, Query, QueryBody, Select, SelectItem } from './tree.ts';

export function readQuery(reader: TokenReader): Query {
  let recursive = false;
  let ctes: Cte[] = [];
  if (reader.accept('WITH')) {
    recursive = reader.accept('RECURSIVE');
    ctes = reader.list(() => readCte(reader));
  }
  const body = readSetOperations(reader);
  const orderBy = reader.isWord('ORDER') ? readOrderBy(reader) : [];
  const { limit, offset } = readLimit(reader);
  return {
    ctes,
    recursive,
    body,
    orderBy,
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
  };
}

function readCte(reader: TokenReader): Cte {
  const name = reader.identifier();
  const columns = reader.isSymbol('(') ? reader.parenthesised(() => reader.identifier()) : [];
  reader.expect('AS');
  reader.expectSymbol('(');
  const query = readQuery(reader);
  reader.expectSymbol(')');
  return { name, columns, query };
}

/** LIMIT n [OFFSET m], or OFFSET m [ROWS] FETCH [FIRST|NEXT] n [ROWS] [ONLY]. */
function readLimit(reader: TokenReader): { limit?: Expr; offset?: Expr } {
  const result: { limit?: Expr; offset?: Expr } = {};
  if (reader.accept('LIMIT')) result.limit = reader.expression();
  if (reader.accept('OFFSET')) {
    result.offset = reader.expression();
    reader.acceptOneOf('ROW', 'ROWS');
  }
  if (result.limit === undefined && reader.accept('FETCH')) {
    reader.acceptOneOf('FIRST', 'NEXT');
    result.limit = reader.expression();
    reader.acceptOneOf('ROW', 'ROWS');
    reader.accept('ONLY');
  }
  return result;
}

/** INTERSECT binds tighter than UNION and EXCEPT, which associate to the left. */
function readSetOperations(reader: TokenReader): QueryBody {
  let left = readIntersect(reader);
  for (;;) {
    const word = reader.acceptOneOf('UNION', 'EXCEPT', 'MINUS');
    if (word === undefined) return left;
    const all = word === 'UNION' && reader.accept('ALL');
    if (!all) reader.accept('DISTINCT');
    const op = word === 'UNION' ? 'UNION' : 'EXCEPT';
    left = { kind: 'set', op, all, left, right: readIntersect(reader) };
  }
}

function readIntersect(reader: TokenReader): QueryBody {
  let left = readBody(reader);
  while (reader.accept('INTERSECT')) {
    left = { kind: 'set', op: 'INTERSECT', all: false, left, right: readBody(reader) };
  }
  return left;
}

function readBody(reader: TokenReader): QueryBody {
  if (reader.acceptSymbol('(')) {
    const query = readQuery(reader);
    reader.expectSymbol(')');
    return { kind: 'nested', query };
  }
  if (reader.accept('VALUES')) return { kind: 'values', rows: readRows(reader) };
  return readSelect(reader);
}

/** `(a, b), (c, d), …` */
export function readRows(reader: TokenReader): Expr[][] {
  return reader.list(() => reader.parenthesised(() => reader.expression()));
}

function readSelect(reader: TokenReader): Select {
  reader.expect('SELECT');
  const distinct = reader.accept('DISTINCT');
  if (!distinct) reader.accept('ALL');
  const top: Expr | undefined = reader.accept('TOP')
    ? { kind: 'number', text: String(reader.integer()) }
    : undefined;
  const items = reader.list(() => readItem(reader));
  const from = reader.accept('FROM') ? readFrom(reader) : undefined;
  const where = reader.accept('WHERE') ? reader.expression() : undefined;
  const groupBy = readGroupBy(reader);
  const having = reader.accept('HAVING') ? reader.expression() : undefined;
  const qualify = reader.accept('QUALIFY') ? reader.expression() : undefined;
  return defined({ kind: 'select', distinct, items, from, where, groupBy, having, qualify, top });
}

type Loose<T> = { [K in keyof T]: T[K] | undefined };

/** Leaves out what is undefined. */
function defined(select: Loose<Required<Select>>): Select {
  return Object.fromEntries(
    Object.entries(select).filter(([, value]) => value !== undefined),
  ) as unknown as Select;
}

function readGroupBy(reader: TokenReader): Select['groupBy'] {
  if (!reader.accept('GROUP', 'BY')) return undefined;
  if (reader.accept('ALL')) return 'ALL';
  return reader.list(() => reader.expression());
}

function readItem(reader: TokenReader): SelectItem {
  const { start } = reader.token;
  const expr = reader.expression();
  const text = reader.sql.slice(start, reader.lastEnd);
  const alias = readAliasName(reader);
  return alias === undefined ? { expr, text } : { expr, text, alias };
}

/** `AS name`, or a bare name that is no key word of what may follow. */
function readAliasName(reader: TokenReader): string | undefined {
  if (reader.accept('AS')) return reader.identifier();
  const { token } = reader;
  if (token.kind === 'quoted') return reader.next().text;
  if (token.kind !== 'word' || NOT_ALIAS.has(token.text)) return undefined;
  return reader.next().text;
}

export const NOT_ALIAS: ReadonlySet<string> = new Set([
  ...RESERVED,
  ...'EXCEPT FETCH LIMIT OFFSET WINDOW ASOF AT BEFORE CHANGES MATCH_RECOGNIZE PIVOT UNPIVOT SAMPLE END'.split(
    ' ',
  ),
]);
