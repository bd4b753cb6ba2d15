import { castTo, checkTryCast } from '../typed/cast.ts';
import { specOf } from '../typed/collation.ts';
import { unify } from '../typed/common-type.ts';
import { compileLike } from './compile-like.ts';
import { compileCall } from './compile-call.ts';
import { binaryOperation, compare, toBoolean, toNumeric } from '../typed/operators.ts';
import { resolveColumn } from './resolve-column.ts';
import {
  quoteText,
  textConstant,
  typed,
  type Compiler,
  type Scope,
  type Typed,
} from '../typed/typed.ts';
import {
  BOOLEAN,
  FLOAT,
  NULL_TYPE,
  VARIANT,
  numberType,
  storageType,
  typeText,
  isSemiStructured,
  type SqlType,
} from '../sql-type.ts';
import type { Case, Expr, Query } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { plainText } from '../values/decimal-text.ts';

type OfKind<K extends Expr['kind']> = Extract<Expr, { kind: K }>;

export function compileExpression(expr: Expr, scope: Scope, compiler: Compiler): Typed {
  const compile = (each: Expr): Typed => compileExpression(each, scope, compiler);
  switch (expr.kind) {
    case 'number':
      return numberConstant(expr.text);
    case 'string':
      return textConstant(expr.value);
    case 'boolean':
      return typed(String(expr.value), BOOLEAN, false);
    case 'null':
      return typed('NULL', NULL_TYPE);
    case 'binding':
      return compiler.env.binding(expr.key);
    case 'column':
      return resolveColumn(expr.parts, scope, compiler);
    case 'cast': {
      const value = compile(expr.expr);
      if (expr.safe) checkTryCast(value.type, expr.type);
      return castTo(value, expr.type, compiler.env, expr.safe);
    }
    case 'unary':
      return compileUnary(expr, compile(expr.expr), compiler);
    case 'binary':
      return compileBinary(expr, scope, compiler);
    case 'isNull':
      return typed(`(${compile(expr.expr).sql} IS ${expr.not ? 'NOT ' : ''}NULL)`, BOOLEAN, false);
    case 'between':
      return compileBetween(expr, scope, compiler);
    case 'in':
      return compileIn(expr, scope, compiler);
    case 'like':
      return compileLike(expr, scope, compiler);
    case 'case':
      return compileCase(expr, scope, compiler);
    case 'call':
      return compileCall(expr, scope, compiler);
    case 'path':
      return compilePath(expr, scope, compiler);
    case 'exists':
      return typed(`EXISTS (${compiler.query(expr.query, scope).sql})`, BOOLEAN, false);
    case 'subquery':
      return scalarSubquery(expr.query, scope, compiler);
    default:
      return refuse(expr);
  }
}

function refuse(
  expr: OfKind<'star' | 'stage' | 'tuple' | 'interval' | 'named' | 'default'>,
): never {
  throw unsupported(`${expr.kind} in this place`);
}

/** Also with an exponent it is a NUMBER, if 38 digits are enough (measured by mlorek/frostlake, ExponentLiteralTest). */
export function numberConstant(text: string): Typed {
  const plain = plainText(text);
  const [whole = '', fraction = ''] = plain.split('.');
  const digits = whole.replace(/^0+/, '').length + fraction.length;
  if (digits > 38 || fraction.length > 37) {
    return { sql: `CAST('${text}' AS DOUBLE)`, type: FLOAT, nullable: false, literal: text };
  }
  const type = numberType(Math.max(1, digits, fraction.length), fraction.length);
  return { sql: `CAST('${plain}' AS ${storageType(type)})`, type, nullable: false, literal: plain };
}

function compileUnary(expr: OfKind<'unary'>, value: Typed, compiler: Compiler): Typed {
  if (expr.op === 'NOT') {
    return typed(`(NOT ${toBoolean(value, compiler.env).sql})`, BOOLEAN, value.nullable);
  }
  const number = toNumeric(value, compiler.env);
  if (expr.op === '+') return number;
  const negative = typed(`(-${number.sql})`, number.type, number.nullable);
  return value.literal === undefined ? negative : { ...negative, literal: `-${value.literal}` };
}

function compileBinary(expr: OfKind<'binary'>, scope: Scope, compiler: Compiler): Typed {
  const { left, right, op } = expr;
  if (left.kind === 'interval' || right.kind === 'interval') {
    return compiler.expression(intervalCall(expr), scope);
  }
  if (left.kind === 'tuple' && right.kind === 'tuple' && (op === '=' || op === '<>')) {
    return compareTuples(left.items, right.items, scope, compiler);
  }
  const compile = (each: Expr): Typed => compileExpression(each, scope, compiler);
  return binaryOperation(op, compile(left), compile(right), compiler.env);
}

/** `x + INTERVAL '2 days, 3 hours'` is DATEADD of each part, in order. */
function intervalCall(expr: OfKind<'binary'>): Expr {
  const [base, interval] =
    expr.right.kind === 'interval' ? [expr.left, expr.right] : [expr.right, expr.left];
  if (interval.kind !== 'interval' || (expr.op !== '+' && expr.op !== '-')) {
    throw unsupported('INTERVAL in this place');
  }
  let result = base;
  for (const part of interval.text.split(',')) {
    const [, amount, unit = 'second'] = /^\s*(-?\d+)\s*([A-Za-z]+)?\s*$/.exec(part) ?? [];
    if (amount === undefined) throw unsupported(`INTERVAL '${interval.text}'`);
    const text = expr.op === '-' ? String(-Number(amount)) : amount;
    const args: Expr[] = [{ kind: 'string', value: unit }, { kind: 'string', value: text }, result];
    result = { kind: 'call', name: 'DATEADD', args, distinct: false };
  }
  return result;
}

function compareTuples(
  left: readonly Expr[],
  right: readonly Expr[],
  scope: Scope,
  compiler: Compiler,
): Typed {
  const compile = (each: Expr): Typed => compileExpression(each, scope, compiler);
  const parts = left.map((each, i) => {
    const other = right[i];
    if (other === undefined) throw compilationError('tuples differ in length');
    return compare('=', compile(each), compile(other), compiler.env).sql;
  });
  return typed(`(${parts.join(' AND ')})`, BOOLEAN);
}

function compileBetween(expr: OfKind<'between'>, scope: Scope, compiler: Compiler): Typed {
  const [value, low, high] = [expr.expr, expr.low, expr.high].map((each) =>
    compileExpression(each, scope, compiler),
  );
  if (value === undefined || low === undefined || high === undefined) throw unsupported('BETWEEN');
  const from = compare('>=', value, low, compiler.env);
  const to = compare('<=', value, high, compiler.env);
  return typed(`(${expr.not ? 'NOT ' : ''}(${from.sql} AND ${to.sql}))`, BOOLEAN);
}

function compileIn(expr: OfKind<'in'>, scope: Scope, compiler: Compiler): Typed {
  const not = expr.not ? 'NOT ' : '';
  if (!Array.isArray(expr.list)) {
    return inQuery(expr, expr.list as Query, scope, compiler);
  }
  const items = expr.list as readonly Expr[];
  if (expr.expr.kind === 'tuple') {
    const { items: left } = expr.expr;
    const parts = items.map((item) => {
      if (item.kind !== 'tuple') throw unsupported('IN over tuples');
      return compareTuples(left, item.items, scope, compiler).sql;
    });
    return typed(`(${not}(${parts.join(' OR ')}))`, BOOLEAN);
  }
  const compile = (each: Expr): Typed => compileExpression(each, scope, compiler);
  const value = compile(expr.expr);
  const isZoned = value.type.name === 'TIMESTAMP_TZ' || value.type.name === 'TIMESTAMP_LTZ';
  if (
    isZoned ||
    isSemiStructured(value.type) ||
    items.some((item) => specOf(compile(item).type) !== '') ||
    specOf(value.type) !== ''
  ) {
    const parts = items.map((item) => compare('=', value, compile(item), compiler.env).sql);
    return typed(`(${not}(${parts.join(' OR ')}))`, BOOLEAN);
  }
  const { values } = unify([value, ...items.map(compile)], compiler.env);
  const [first, ...rest] = values.map((each) => each.sql);
  return typed(`(${first} ${not}IN (${rest.join(', ')}))`, BOOLEAN);
}

function inQuery(expr: OfKind<'in'>, query: Query, scope: Scope, compiler: Compiler): Typed {
  const plan = compiler.query(query, scope);
  const items = expr.expr.kind === 'tuple' ? expr.expr.items : [expr.expr];
  if (items.length !== plan.columns.length) {
    throw compilationError('Invalid number of columns in the subquery of IN');
  }
  const values = items.map((item) => compileExpression(item, scope, compiler));
  const alias = `q${compiler.env.unique()}`;
  const pairs = plan.columns.map((column, i) => {
    const inner = typed(`${alias}."${column.physical}"`, column.type);
    const value = values[i] ?? inner;
    const { values: both } = unify([value, inner], compiler.env);
    return { left: both[0]?.sql ?? value.sql, right: both[1]?.sql ?? inner.sql };
  });
  const left =
    pairs.length === 1 ? pairs[0]?.left : `(${pairs.map((each) => each.left).join(', ')})`;
  const right =
    pairs.length === 1 ? pairs[0]?.right : `(${pairs.map((each) => each.right).join(', ')})`;
  const not = expr.not ? 'NOT ' : '';
  return typed(`(${left} ${not}IN (SELECT ${right} FROM (${plan.sql}) ${alias}))`, BOOLEAN);
}

function compileCase(expr: Case, scope: Scope, compiler: Compiler): Typed {
  const compile = (each: Expr): Typed => compileExpression(each, scope, compiler);
  const operand = expr.operand === undefined ? undefined : compile(expr.operand);
  const conditions = expr.whens.map(({ when }) => {
    const condition = compile(when);
    if (operand === undefined) return toBoolean(condition, compiler.env).sql;
    return compare('=', operand, condition, compiler.env).sql;
  });
  const otherwise =
    expr.otherwise === undefined ? typed('NULL', NULL_TYPE) : compile(expr.otherwise);
  const results = [...expr.whens.map(({ result }) => compile(result)), otherwise];
  const { type, values } = unify(results, compiler.env);
  const branches = conditions.map((condition, i) => `WHEN ${condition} THEN ${values[i]?.sql}`);
  const sql = `CASE ${branches.join(' ')} ELSE ${values.at(-1)?.sql} END`;
  return typed(
    sql,
    type,
    results.some((each) => each.nullable),
  );
}

/** `v:a.b[0]`, `v['a']`: a key or an index, also computed ones. */
function compilePath(expr: OfKind<'path'>, scope: Scope, compiler: Compiler): Typed {
  const base = compileExpression(expr.base, scope, compiler);
  if (!isSemiStructured(base.type)) {
    throw compilationError(`Invalid path on a value of type ${typeText(base.type)}`);
  }
  let type = base.type;
  const steps = expr.steps.map((step) => {
    const sql = pathStep(step, scope, compiler, type.name === 'MAP');
    type = typeOfStep(type, step);
    return sql;
  });
  const value = typed(`sf_path(${[base.sql, ...steps].join(', ')})`, VARIANT);
  return castTo(value, type, compiler.env);
}

/** What is inside of a structured type has the type that it says. Dates and times stay as JSON has them. */
function typeOfStep(type: SqlType, step: string | Expr): SqlType {
  const key = typeof step === 'string' ? step : step.kind === 'string' ? step.value : undefined;
  const fields = type.fields ?? [];
  const field = type.name === 'OBJECT' ? fields.find(({ name }) => name === key) : fields.at(-1);
  if (field === undefined || field.type.name === 'DATE' || field.type.name.startsWith('TIME'))
    return VARIANT;
  return field.type;
}

/** A MAP has no indexes: a number there is a key. */
function pathStep(step: string | Expr, scope: Scope, compiler: Compiler, isMap: boolean): string {
  if (typeof step === 'string') return quoteText(`.${step}`);
  const value = compileExpression(step, scope, compiler);
  const prefix = value.type.name === 'NUMBER' && !isMap ? "'#'" : "'.'";
  return `(${prefix} || CAST(${value.sql} AS VARCHAR))`;
}

function scalarSubquery(query: Query, scope: Scope, compiler: Compiler): Typed {
  const plan = compiler.query(query, scope);
  const [column, ...others] = plan.columns;
  if (column === undefined || others.length > 0) {
    throw compilationError('A scalar subquery must give one column');
  }
  return typed(`(${plan.sql})`, column.type);
}
