import { orderSql } from '../functions/order-sql.ts';
import { numberType } from '../sql-type.ts';
import type { Cte, Expr, OrderItem, Query, QueryBody } from '../syntax/tree.ts';
import { castTo } from '../typed/cast.ts';
import { commonType } from '../typed/common-type.ts';
import {
  type Compiler,
  type CteScope,
  type Environment,
  type OutputColumn,
  type QueryPlan,
  type Scope,
  typed,
} from '../typed/typed.ts';
import { compilationError, invalidIdentifier, unsupported } from '../unsupported.ts';
import { compileExpression } from './compile-expression.ts';
import { compileSelect, type OrderedBody } from './compile-select.ts';

export function createCompiler(env: Environment): Compiler {
  const compiler: Compiler = {
    env,
    expression: (expr, scope) => compileExpression(expr, scope, compiler),
    query: (query, scope) => compileQuery(query, scope, compiler),
    within: createCompiler,
  };
  return compiler;
}

function compileQuery(query: Query, outer: Scope, compiler: Compiler): QueryPlan {
  const { scope, sql: withSql } = compileCtes(query, outer, compiler);
  const body = compileBody(query.body, query.orderBy, scope, compiler);
  const order = body.orderBy === '' ? '' : ` ORDER BY ${body.orderBy}`;
  const limit = limitSql('LIMIT', query.limit) + limitSql('OFFSET', query.offset);
  return { sql: `${withSql}${body.sql}${order}${limit}`, columns: body.columns };
}

function limitSql(word: 'LIMIT' | 'OFFSET', expr: Expr | undefined): string {
  if (expr === undefined || expr.kind === 'null') return '';
  if (expr.kind === 'number' && /^\d+$/.test(expr.text)) return ` ${word} ${expr.text}`;
  throw unsupported(`${word} that is no whole number`);
}

function compileCtes(
  query: Query,
  outer: Scope,
  compiler: Compiler,
): { scope: Scope; sql: string } {
  let scope = outer;
  const parts: string[] = [];
  for (const cte of query.ctes) {
    const isRecursive = query.recursive || namesItself(cte);
    const { sql, entry } = isRecursive
      ? compileRecursive(cte, scope, compiler)
      : compileCte(cte, scope, compiler);
    parts.push(sql);
    scope = { ...scope, ctes: entry };
  }
  if (parts.length === 0) return { scope, sql: '' };
  const recursive = query.recursive || query.ctes.some(namesItself) ? 'RECURSIVE ' : '';
  return { scope, sql: `WITH ${recursive}${parts.join(', ')} ` };
}

/** The key word RECURSIVE is optional: a union whose right side names the expression is recursive. */
function namesItself(cte: Cte): boolean {
  const { body } = cte.query;
  return (
    body.kind === 'set' &&
    JSON.stringify(body.right).includes(
      JSON.stringify({ kind: 'table', parts: [cte.name] }).slice(0, -1),
    )
  );
}

interface CompiledCte {
  readonly sql: string;
  readonly entry: CteScope;
}

function compileCte(cte: Cte, scope: Scope, compiler: Compiler): CompiledCte {
  const plan = compiler.query(cte.query, scope);
  const physical = `w${compiler.env.unique()}`;
  const columns = renameColumns(plan.columns, cte.columns);
  const entry = { name: cte.name, physical, columns, parent: scope.ctes };
  return { sql: `${physical} AS (${plan.sql})`, entry };
}

/**
 * The anchor's types are the types of the whole; the other side is cast to them. A number may grow beyond
 * the digits that the anchor's has (Fibonacci from 0 and 1: https://docs.snowflake.com/en/user-guide/queries-cte).
 */
function compileRecursive(cte: Cte, scope: Scope, compiler: Compiler): CompiledCte {
  const { body } = cte.query;
  if (body.kind !== 'set' || body.op !== 'UNION') return compileCte(cte, scope, compiler);
  const anchor = compileBody(body.left, [], scope, compiler);
  const physical = `w${compiler.env.unique()}`;
  const columns = renameColumns(anchor.columns, cte.columns).map(widened);
  const entry = { name: cte.name, physical, columns, parent: scope.ctes };
  const step = compileBody(body.right, [], { ...scope, ctes: entry }, compiler);
  const [first, next] = [anchor, step].map((side) => castColumns(side, columns, compiler));
  const list = columns.map((column) => `"${column.physical}"`).join(', ');
  const all = body.all ? 'ALL ' : '';
  return { sql: `${physical}(${list}) AS (${first} UNION ${all}${next})`, entry };
}

function widened(column: OutputColumn): OutputColumn {
  const { name, scale = 0 } = column.type;
  return name === 'NUMBER' ? { ...column, type: numberType(38, scale) } : column;
}

export function renameColumns(
  columns: readonly OutputColumn[],
  names: readonly string[],
): OutputColumn[] {
  if (names.length > columns.length) throw compilationError('more column names than columns');
  return columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
}

function castColumns(
  plan: QueryPlan,
  columns: readonly OutputColumn[],
  compiler: Compiler,
): string {
  const alias = `u${compiler.env.unique()}`;
  const items = columns.map((column, i) => {
    const source = plan.columns[i];
    if (source === undefined)
      throw compilationError('invalid number of result columns for set operator');
    const value = castTo(
      typed(`${alias}."${source.physical}"`, source.type),
      column.type,
      compiler.env,
    );
    return `${value.sql} AS "${column.physical}"`;
  });
  return `SELECT ${items.join(', ')} FROM (${plan.sql}) ${alias}`;
}

function compileBody(
  body: QueryBody,
  orderBy: readonly OrderItem[],
  scope: Scope,
  compiler: Compiler,
): OrderedBody {
  switch (body.kind) {
    case 'select':
      return compileSelect(body, orderBy, scope, compiler);
    case 'nested': {
      const plan = compiler.query(body.query, scope);
      const sql = `SELECT * FROM (${plan.sql}) n${compiler.env.unique()}`;
      return { sql, columns: plan.columns, orderBy: orderByOutput(orderBy, plan.columns) };
    }
    case 'values':
      return { ...compileValues(body.rows, scope, compiler), orderBy: '' };
    case 'set':
      return compileSet(body, orderBy, scope, compiler);
  }
}

function compileSet(
  body: Extract<QueryBody, { kind: 'set' }>,
  orderBy: readonly OrderItem[],
  scope: Scope,
  compiler: Compiler,
): OrderedBody {
  const left = compileBody(body.left, [], scope, compiler);
  const right = compileBody(body.right, [], scope, compiler);
  if (left.columns.length !== right.columns.length) {
    throw compilationError(
      `invalid number of result columns for set operator input branches, expected ${left.columns.length}, got ${right.columns.length} in branch { 2 }`,
      '001789',
      '42601',
    );
  }
  const columns = left.columns.map((column, i) => {
    const other = right.columns[i] ?? column;
    const type = commonType(column.type, other.type);
    return {
      ...column,
      type,
      nullable: column.nullable || other.nullable,
    };
  });
  const operator = `${body.op}${body.all ? ' ALL' : ''}`;
  const sql = `(${castColumns(left, columns, compiler)}) ${operator} (${castColumns(right, columns, compiler)})`;
  return { sql, columns, orderBy: orderByOutput(orderBy, columns) };
}

/** After a set operation only the result's own columns can order it, by name or number. */
function orderByOutput(items: readonly OrderItem[], columns: readonly OutputColumn[]): string {
  return orderSql(items, ({ expr }) => {
    if (expr.kind === 'number') return expr.text;
    if (expr.kind !== 'column') throw unsupported('ORDER BY an expression after a set operation');
    const name = expr.parts.at(-1) ?? '';
    const column = columns.find((each) => each.name === name);
    if (column === undefined) throw invalidIdentifier(name);
    return `"${column.physical}"`;
  });
}

/** Columns are COLUMN1, COLUMN2, …; each takes the common type of its values. */
function compileValues(
  rows: readonly (readonly Expr[])[],
  scope: Scope,
  compiler: Compiler,
): QueryPlan {
  const values = rows.map((row) => row.map((expr) => compiler.expression(expr, scope)));
  const columns = (values[0] ?? []).map((_first, i): OutputColumn => {
    let type = commonType({ name: 'NULL' }, { name: 'NULL' });
    for (const row of values) {
      const value = row[i];
      if (value === undefined) throw compilationError('VALUES rows differ in length');
      type = commonType(type, value.type);
    }
    const nullable = values.some((row) => row[i]?.nullable !== false);
    return {
      name: `COLUMN${i + 1}`,
      type,
      nullable,
      physical: `c${i + 1}`,
    };
  });
  const lines = values.map((row) => {
    if (row.length !== columns.length) throw compilationError('VALUES rows differ in length');
    const cells = row.map(
      (value, i) => castTo(value, columns[i]?.type ?? value.type, compiler.env).sql,
    );
    return `(${cells.join(', ')})`;
  });
  const names = columns.map((column) => `"${column.physical}"`).join(', ');
  const sql = `SELECT * FROM (VALUES ${lines.join(', ')}) v${compiler.env.unique()}(${names})`;
  return { sql, columns };
}
