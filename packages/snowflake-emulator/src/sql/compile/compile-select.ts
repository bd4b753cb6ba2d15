import { asKey, implicitly } from '../typed/collation.ts';
import { compileFrom } from './compile-from.ts';
import { toBoolean } from '../typed/operators.ts';
import { expandStar } from './expand-star.ts';
import type { Compiler, OutputColumn, QueryPlan, Relation, Scope, Typed } from '../typed/typed.ts';
import { isAggregate } from '../functions/aggregates.ts';
import { orderSql } from '../functions/order-sql.ts';
import type { Expr, OrderItem, Select, SelectItem } from '../syntax/tree.ts';
import { compilationError } from '../unsupported.ts';

/** A query's body and its ORDER BY apart, so that LIMIT can follow. */
export interface OrderedBody extends QueryPlan {
  readonly orderBy: string;
}

interface Item {
  readonly name: string;
  readonly value: Typed;
  readonly expr: Expr | undefined;
}

export function compileSelect(
  select: Select,
  orderBy: readonly OrderItem[],
  outer: Scope,
  compiler: Compiler,
): OrderedBody {
  const from = select.from === undefined ? undefined : compileFrom(select.from, outer, compiler);
  const scope = selectScope(select, from?.relations ?? [], outer);
  const items = compileItems(select.items, scope, compiler);
  const columns = items.map(outputColumn);
  if (select.distinct) for (const item of items) asKey(item.value);
  const list = items.map((item, i) => `${valueSql(item.value)} AS "c${i + 1}"`).join(', ');
  const condition = (word: string, expr: Expr | undefined): string =>
    expr === undefined
      ? ''
      : ` ${word} ${toBoolean(compiler.expression(expr, scope), compiler.env).sql}`;
  const sql = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${list}`,
    from === undefined ? '' : ` FROM ${from.sql}`,
    condition('WHERE', select.where),
    groupSql(select, items, scope, compiler),
    condition('HAVING', select.having),
    condition('QUALIFY', select.qualify),
  ].join('');
  const order = orderSql(orderBy, (item) => orderKey(item, items, scope, compiler));
  return finish(select, { sql, columns, orderBy: order });
}

/** TOP n takes the first rows of the ordered result. */
function finish(select: Select, body: OrderedBody): OrderedBody {
  if (select.top?.kind !== 'number') return body;
  const order = body.orderBy === '' ? '' : ` ORDER BY ${body.orderBy}`;
  const sql = `SELECT * FROM (${body.sql}${order} LIMIT ${select.top.text}) t`;
  return { sql, columns: body.columns, orderBy: '' };
}

/** A bare NULL has no type of its own for DuckDB to keep: VARCHAR stands for it. */
function valueSql(value: Typed): string {
  return value.type.name === 'NULL' ? `CAST(${value.sql} AS VARCHAR)` : value.sql;
}

function outputColumn(item: Item, index: number): OutputColumn {
  const { type, nullable } = item.value;
  return {
    name: item.name,
    type: implicitly(type),
    nullable,
    physical: `c${index + 1}`,
  };
}

function selectScope(select: Select, relations: readonly Relation[], outer: Scope): Scope {
  const aliases = new Map<string, Expr>();
  for (const { alias, expr } of select.items) if (alias !== undefined) aliases.set(alias, expr);
  return { relations, aliases, parent: outer, ctes: outer.ctes };
}

function compileItems(items: readonly SelectItem[], scope: Scope, compiler: Compiler): Item[] {
  return items.flatMap((item): Item[] => {
    const { expr } = item;
    if (expr.kind === 'star') {
      return expandStar(expr, scope).map(({ name, value }) => ({ name, value, expr: undefined }));
    }
    const inner = withoutAlias(scope, item.alias);
    return [{ name: nameOf(item), value: compiler.expression(expr, inner), expr }];
  });
}

/** An item can't mean itself by its own alias. */
function withoutAlias(scope: Scope, alias: string | undefined): Scope {
  if (alias === undefined) return scope;
  const aliases = new Map(scope.aliases);
  aliases.delete(alias);
  return { ...scope, aliases };
}

/** A column keeps its name; any other expression is named by its text in upper case. */
function nameOf({ alias, expr, text }: SelectItem): string {
  if (alias !== undefined) return alias;
  if (expr.kind === 'column') return expr.parts.at(-1) ?? '';
  return text.replaceAll(/\s+/g, ' ').toUpperCase();
}

function groupSql(
  select: Select,
  items: readonly Item[],
  scope: Scope,
  compiler: Compiler,
): string {
  const { groupBy } = select;
  if (groupBy === undefined) return '';
  if (groupBy === 'ALL') {
    const keys = items.filter((item) => item.expr === undefined || !hasAggregate(item.expr, scope));
    return keys.length === 0
      ? ''
      : ` GROUP BY ${keys.map((item) => asKey(item.value).sql).join(', ')}`;
  }
  const keys = groupBy.map((expr) => {
    if (expr.kind !== 'number') return asKey(compiler.expression(expr, scope)).sql;
    const item = items[Number(expr.text) - 1];
    if (item === undefined)
      throw compilationError(`GROUP BY position ${expr.text} is not in the select list`);
    return asKey(item.value).sql;
  });
  return ` GROUP BY ${keys.join(', ')}`;
}

/** Looks through aliases too, but not into subqueries or window functions. */
function hasAggregate(expr: unknown, scope: Scope): boolean {
  if (Array.isArray(expr)) return expr.some((each) => hasAggregate(each, scope));
  if (typeof expr !== 'object' || expr === null) return false;
  const node = expr as Expr;
  if (node.kind === 'subquery' || node.kind === 'exists') return false;
  if (node.kind === 'call' && isAggregate(node.name) && node.over === undefined) return true;
  if (node.kind === 'column' && node.parts.length === 1) {
    const alias = scope.aliases.get(node.parts[0] ?? '');
    if (alias !== undefined) return hasAggregate(alias, { ...scope, aliases: new Map() });
  }
  return Object.values(node).some((each) => hasAggregate(each, scope));
}

/** A number is a position; a name is first an alias of the list, as Snowflake prefers here. */
function orderKey(
  item: OrderItem,
  items: readonly Item[],
  scope: Scope,
  compiler: Compiler,
): string {
  const { expr } = item;
  if (expr.kind === 'number') return positionOf(Number(expr.text), items);
  if (expr.kind === 'column' && expr.parts.length === 1) {
    const index = items.findIndex((each) => each.name === expr.parts[0]);
    if (index >= 0) return positionOf(index + 1, items);
  }
  return asKey(compiler.expression(expr, scope)).sql;
}

function positionOf(position: number, items: readonly Item[]): string {
  const item = items[position - 1];
  if (item === undefined) {
    throw compilationError(`ORDER BY position ${position} is not in the select list`);
  }
  asKey(item.value);
  return String(position);
}
