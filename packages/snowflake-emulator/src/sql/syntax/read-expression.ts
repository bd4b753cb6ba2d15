import { readPrimary } from './read-primary.ts';
import { readType } from './read-type.ts';
import type { TokenReader } from './token-reader.ts';
import type { BinaryOp, Expr, Like } from './tree.ts';

/** Precedence, lowest first: OR, AND, NOT, comparison, `||`, `+ -`, `* / %`, unary, `::` and paths. */
export function readExpression(reader: TokenReader): Expr {
  let left = readAnd(reader);
  while (reader.accept('OR')) left = binary('OR', left, readAnd(reader));
  return left;
}

const binary = (op: BinaryOp, left: Expr, right: Expr): Expr => ({
  kind: 'binary',
  op,
  left,
  right,
});

function readAnd(reader: TokenReader): Expr {
  let left = readNot(reader);
  while (reader.accept('AND')) left = binary('AND', left, readNot(reader));
  return left;
}

function readNot(reader: TokenReader): Expr {
  if (reader.accept('NOT')) return { kind: 'unary', op: 'NOT', expr: readNot(reader) };
  return readComparison(reader);
}

const COMPARISONS: Readonly<Record<string, BinaryOp>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

function readComparison(reader: TokenReader): Expr {
  let left = readSum(reader);
  for (;;) {
    const op = reader.token.kind === 'symbol' ? COMPARISONS[reader.token.text] : undefined;
    if (op !== undefined) {
      reader.next();
      left = binary(op, left, readSum(reader));
      continue;
    }
    const predicate = readPredicate(reader, left);
    if (predicate === undefined) return left;
    left = predicate;
  }
}

function readPredicate(reader: TokenReader, expr: Expr): Expr | undefined {
  if (reader.accept('IS')) return readIs(reader, expr);
  const start = reader.position;
  const not = reader.accept('NOT');
  if (reader.accept('BETWEEN')) {
    const low = readSum(reader);
    reader.expect('AND');
    return { kind: 'between', expr, low, high: readSum(reader), not };
  }
  if (reader.accept('IN')) return readIn(reader, expr, not);
  const op = reader.acceptOneOf('LIKE', 'ILIKE', 'RLIKE', 'REGEXP');
  if (op !== undefined) return readLike(reader, expr, op === 'REGEXP' ? 'RLIKE' : op, not);
  reader.rewind(start);
  return undefined;
}

function readIs(reader: TokenReader, expr: Expr): Expr {
  const not = reader.accept('NOT');
  if (reader.accept('NULL')) return { kind: 'isNull', expr, not };
  if (reader.accept('DISTINCT', 'FROM')) {
    return binary(not ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM', expr, readSum(reader));
  }
  const word = reader.acceptOneOf('TRUE', 'FALSE');
  if (word === undefined) throw reader.error();
  const right: Expr = { kind: 'boolean', value: word === 'TRUE' };
  return binary(not ? 'IS DISTINCT FROM' : 'IS NOT DISTINCT FROM', expr, right);
}

function readIn(reader: TokenReader, expr: Expr, not: boolean): Expr {
  if (reader.isSymbol('(') && startsQuery(reader, 1)) {
    reader.expectSymbol('(');
    const query = reader.query();
    reader.expectSymbol(')');
    return { kind: 'in', expr, list: query, not };
  }
  return { kind: 'in', expr, list: reader.parenthesised(() => readExpression(reader)), not };
}

function readLike(reader: TokenReader, expr: Expr, op: Like['op'], not: boolean): Expr {
  const quantifier = reader.acceptOneOf('ANY', 'ALL');
  const patterns =
    quantifier === undefined
      ? [readSum(reader)]
      : reader.parenthesised(() => readExpression(reader));
  const escape = reader.accept('ESCAPE') ? readSum(reader) : undefined;
  const like = { kind: 'like', op, expr, patterns, quantifier: quantifier ?? 'ANY', not } as const;
  return escape === undefined ? like : { ...like, escape };
}

/** True if the token `ahead` starts a query. */
export function startsQuery(reader: TokenReader, ahead: number): boolean {
  let at = ahead;
  while (reader.isSymbol('(', at)) at += 1;
  const token = reader.peek(at);
  return token.kind === 'word' && (token.text === 'SELECT' || token.text === 'WITH');
}

function readSum(reader: TokenReader): Expr {
  let left = readProduct(reader);
  for (;;) {
    const op = (['+', '-', '||'] as const).find((each) => reader.isSymbol(each));
    if (op === undefined) return left;
    reader.next();
    left = binary(op, left, readProduct(reader));
  }
}

function readProduct(reader: TokenReader): Expr {
  let left = readUnary(reader);
  for (;;) {
    const op = (['*', '/', '%'] as const).find((each) => reader.isSymbol(each));
    if (op === undefined) return left;
    reader.next();
    left = binary(op, left, readUnary(reader));
  }
}

function readUnary(reader: TokenReader): Expr {
  if (reader.acceptSymbol('-')) return { kind: 'unary', op: '-', expr: readUnary(reader) };
  if (reader.acceptSymbol('+')) return { kind: 'unary', op: '+', expr: readUnary(reader) };
  return readPostfix(reader);
}

function readPostfix(reader: TokenReader): Expr {
  let expr = readPrimary(reader);
  for (;;) {
    if (reader.acceptSymbol('::')) {
      expr = { kind: 'cast', expr, type: readType(reader), safe: false };
    } else if (reader.isWord('COLLATE') && reader.peek(1).kind === 'string') {
      reader.next();
      const spec: Expr = { kind: 'string', value: reader.string() };
      expr = { kind: 'call', name: 'COLLATE', args: [expr, spec], distinct: false };
    } else if (reader.isSymbol('[') || isPathColon(reader)) {
      expr = { kind: 'path', base: expr, steps: readSteps(reader) };
    } else return expr;
  }
}

/** `:name` after an expression; `:1` is a binding and a token of its own. */
function isPathColon(reader: TokenReader): boolean {
  const next = reader.peek(1).kind;
  return reader.isSymbol(':') && (next === 'word' || next === 'quoted');
}

function readSteps(reader: TokenReader): (string | Expr)[] {
  const steps: (string | Expr)[] = [];
  for (;;) {
    if (reader.acceptSymbol('[')) {
      steps.push(readExpression(reader));
      reader.expectSymbol(']');
    } else if (isPathColon(reader) || (steps.length > 0 && reader.isSymbol('.'))) {
      reader.next();
      steps.push(pathName(reader));
    } else return steps;
  }
}

/** Names in a path keep their case, quoted or not. */
function pathName(reader: TokenReader): string {
  const token = reader.next();
  if (token.kind === 'quoted') return token.text;
  if (token.kind === 'word') return reader.sql.slice(token.start, token.end);
  throw reader.error(token);
}
