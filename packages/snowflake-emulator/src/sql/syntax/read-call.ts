import type { TokenReader } from './token-reader.ts';
import type { Call, Expr, OrderItem, Window } from './tree.ts';

export function readCall(reader: TokenReader): Expr {
  const name = reader.identifier();
  reader.expectSymbol('(');
  if (name === 'EXTRACT') return readExtract(reader);
  if (name === 'POSITION') return readPosition(reader);
  const distinct = reader.accept('DISTINCT');
  const args = reader.isSymbol(')') ? [] : reader.list(() => readArgument(reader));
  reader.expectSymbol(')');
  return { kind: 'call', name, args, distinct, ...readSuffixes(reader) };
}

/** A nested query may stand as an argument without parentheses of its own, as in ARRAY(SELECT …). */
function readArgument(reader: TokenReader): Expr {
  if (reader.isSymbol('=>', 1)) {
    const name = reader.identifier();
    reader.expectSymbol('=>');
    return { kind: 'named', name, value: reader.expression() };
  }
  if (reader.isWord('SELECT') || reader.isWord('WITH')) {
    return { kind: 'subquery', query: reader.query() };
  }
  return reader.expression();
}

const plain = (name: string, args: readonly Expr[]): Call => ({
  kind: 'call',
  name,
  args,
  distinct: false,
});

function readExtract(reader: TokenReader): Expr {
  const part = reader.token.kind === 'string' ? reader.string() : reader.identifier();
  if (!reader.accept('FROM')) reader.expectSymbol(',');
  const value = reader.expression();
  reader.expectSymbol(')');
  return plain('DATE_PART', [{ kind: 'string', value: part }, value]);
}

/** POSITION(a IN b) is POSITION(a, b). `a IN (…)` as an argument of its own makes no sense here. */
function readPosition(reader: TokenReader): Expr {
  const first = reader.grammar.expression(reader);
  if (first.kind === 'in') throw reader.error();
  const rest: Expr[] = [];
  while (reader.acceptSymbol(',') || reader.accept('IN')) rest.push(reader.expression());
  reader.expectSymbol(')');
  return plain('POSITION', [first, ...rest]);
}

type Suffixes = Pick<Call, 'withinGroup' | 'filter' | 'nulls' | 'over'>;

function readSuffixes(reader: TokenReader): Suffixes {
  let suffixes: Suffixes = {};
  if (reader.accept('WITHIN', 'GROUP')) {
    reader.expectSymbol('(');
    suffixes = { withinGroup: readOrderBy(reader) };
    reader.expectSymbol(')');
  }
  if (reader.accept('FILTER')) {
    reader.expectSymbol('(');
    reader.expect('WHERE');
    suffixes = { ...suffixes, filter: reader.expression() };
    reader.expectSymbol(')');
  }
  if (reader.isWord('IGNORE', 'NULLS') || reader.isWord('RESPECT', 'NULLS')) {
    suffixes = { ...suffixes, nulls: reader.next().text === 'IGNORE' ? 'IGNORE' : 'RESPECT' };
    reader.next();
  }
  return reader.accept('OVER') ? { ...suffixes, over: readWindow(reader) } : suffixes;
}

function readWindow(reader: TokenReader): Window {
  reader.expectSymbol('(');
  const partitionBy = reader.accept('PARTITION', 'BY')
    ? reader.list(() => reader.expression())
    : [];
  const orderBy = reader.isWord('ORDER') ? readOrderBy(reader) : [];
  const frame = readFrame(reader);
  reader.expectSymbol(')');
  return { partitionBy, orderBy, ...(frame === undefined ? {} : { frame }) };
}

function readFrame(reader: TokenReader): string | undefined {
  const mode = reader.acceptOneOf('ROWS', 'RANGE');
  if (mode === undefined) return undefined;
  if (!reader.accept('BETWEEN')) return `${mode} ${readBound(reader)}`;
  const start = readBound(reader);
  reader.expect('AND');
  return `${mode} BETWEEN ${start} AND ${readBound(reader)}`;
}

function readBound(reader: TokenReader): string {
  if (reader.accept('CURRENT', 'ROW')) return 'CURRENT ROW';
  const distance = reader.accept('UNBOUNDED') ? 'UNBOUNDED' : String(reader.integer());
  const direction = reader.acceptOneOf('PRECEDING', 'FOLLOWING');
  if (direction === undefined) throw reader.error();
  return `${distance} ${direction}`;
}

/** `ORDER BY expr [ASC|DESC] [NULLS FIRST|LAST], …` */
export function readOrderBy(reader: TokenReader): OrderItem[] {
  reader.expect('ORDER', 'BY');
  return reader.list(() => {
    const expr = reader.expression();
    const descending = reader.acceptOneOf('ASC', 'DESC') === 'DESC';
    if (!reader.accept('NULLS')) return { expr, descending };
    const nulls = reader.acceptOneOf('FIRST', 'LAST');
    if (nulls === undefined) throw reader.error();
    return { expr, descending, nulls };
  });
}
