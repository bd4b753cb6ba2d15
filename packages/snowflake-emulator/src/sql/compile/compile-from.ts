import { collated, specOf } from '../typed/collation.ts';
import { scanChanges } from './scan-changes.ts';
import { scanTable } from './scan-table.ts';
import { tableFunction } from './table-functions.ts';
import { compare, toBoolean } from '../typed/operators.ts';
import { unify } from '../typed/common-type.ts';
import {
  EMPTY_SCOPE,
  ROW_COLUMN,
  SEQUENCE_COLUMN,
  typed,
  type Compiler,
  type OutputColumn,
  type Relation,
  type Scope,
  type ScopeColumn,
} from '../typed/typed.ts';
import { displayName } from '../../catalog/catalog.ts';
import { numberType, type SqlType } from '../sql-type.ts';
import type { Alias, FromItem, Join, TableRef } from '../syntax/tree.ts';
import { compilationError, invalidIdentifier } from '../unsupported.ts';

export interface FromPlan {
  readonly sql: string;
  readonly relations: readonly Relation[];
}

/** `left` are the relations to the left of a lateral item, which it may name. */
export function compileFrom(
  item: FromItem,
  outer: Scope,
  compiler: Compiler,
  left: readonly Relation[] = [],
): FromPlan {
  switch (item.kind) {
    case 'table':
      return compileTable(item, outer, compiler);
    case 'derived': {
      const scope: Scope = { ...EMPTY_SCOPE, relations: left, parent: outer, ctes: outer.ctes };
      const plan = compiler.query(item.query, scope);
      return named(`(${plan.sql})`, plan.columns, item.alias, { compiler });
    }
    case 'tableFunction': {
      const scope: Scope = { ...EMPTY_SCOPE, relations: left, parent: outer, ctes: outer.ctes };
      const plan = tableFunction(item.call, scope, compiler);
      return named(`(${plan.sql})`, plan.columns, item.alias, { compiler });
    }
    case 'join':
      return compileJoin(item, outer, compiler, left);
  }
}

/** `source alias` with its columns under their names, or under those of the alias. */
function named(
  source: string,
  columns: readonly OutputColumn[],
  alias: Alias | undefined,
  { compiler, qualifier = [] }: { compiler: Compiler; qualifier?: readonly string[] },
): FromPlan {
  const physical = `r${compiler.env.unique()}`;
  const names = alias?.columns ?? [];
  if (names.length > columns.length) throw compilationError('more column aliases than columns');
  const relation: Relation = {
    hidden: new Set([SEQUENCE_COLUMN]),
    qualifier: alias === undefined ? qualifier : [alias.name],
    columns: columns.map((column, i) => ({
      name: names[i] ?? column.name,
      value: typed(
        readColumn(`${physical}."${column.physical}"`, column.type),
        column.type,
        column.nullable,
      ),
    })),
  };
  return { sql: `${source} ${physical}`, relations: [relation] };
}

/** DuckDB stores texts without their collation. */
function readColumn(sql: string, type: SqlType): string {
  return specOf(type) === '' ? sql : collated(sql, specOf(type));
}

function compileTable(ref: TableRef, outer: Scope, compiler: Compiler): FromPlan {
  const [name] = ref.parts;
  if (ref.parts.length === 1 && ref.travel === undefined && ref.changes === undefined) {
    for (let cte = outer.ctes; cte !== undefined; cte = cte.parent) {
      if (cte.name === name)
        return named(cte.physical, cte.columns, ref.alias, { compiler, qualifier: [cte.name] });
    }
  }
  if (ref.changes !== undefined) {
    const plan = scanChanges(ref, ref.changes, compiler);
    return named(`(${plan.sql})`, plan.columns, ref.alias, { compiler, qualifier: plan.qualifier });
  }
  const plan = scanTable(ref, compiler);
  return named(`(${plan.sql})`, plan.columns, ref.alias, { compiler, qualifier: plan.qualifier });
}

function compileJoin(
  join: Join,
  outer: Scope,
  compiler: Compiler,
  before: readonly Relation[],
): FromPlan {
  const plain = compileFrom(join.left, outer, compiler, before);
  const isNumbered = join.right.kind === 'tableFunction' && NUMBERED.has(join.right.call.name);
  const left = isNumbered ? numberRows(plain, compiler) : plain;
  const right = compileFrom(join.right, outer, compiler, [...before, ...left.relations]);
  const both = [...left.relations, ...right.relations];
  const names = join.natural ? sharedNames(left.relations, right.relations) : join.using;
  if (names !== undefined && names.length > 0)
    return joinUsing({ join, left, right, names }, compiler);
  const scope: Scope = { ...EMPTY_SCOPE, relations: both, parent: outer, ctes: outer.ctes };
  const on =
    join.on === undefined
      ? undefined
      : toBoolean(compiler.expression(join.on, scope), compiler.env).sql;
  if (join.type === 'CROSS' || on === undefined) {
    const word =
      join.type === 'CROSS' || join.type === 'INNER' ? 'CROSS JOIN' : `${join.type} JOIN`;
    const always = word === 'CROSS JOIN' ? '' : ' ON true';
    const sql = `${left.sql} ${word} ${lateral(join.right)}${nested(join.right, right.sql)}${always}`;
    return { sql, relations: both };
  }
  return {
    sql: `${left.sql} ${join.type} JOIN ${lateral(join.right)}${nested(join.right, right.sql)} ON ${on}`,
    relations: both,
  };
}

/** Table functions whose SEQ tells the rows apart that they are called for. */
const NUMBERED: ReadonlySet<string> = new Set(['FLATTEN', 'SPLIT_TO_TABLE']);

/** The same rows under one more name, with a number each. */
function numberRows({ sql, relations }: FromPlan, compiler: Compiler): FromPlan {
  const name = `r${compiler.env.unique()}`;
  const list = ['row_number() OVER () AS seq'];
  const renamed = relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map((column) => {
      const physical = `c${list.push(`${column.value.sql} AS c${list.length}`) - 1}`;
      const { type, nullable } = column.value;
      return { ...column, value: typed(`${name}.${physical}`, type, nullable) };
    }),
  }));
  const seq = { name: ROW_COLUMN, value: typed(`${name}.seq`, numberType(38, 0), false) };
  return {
    sql: `(SELECT ${list.join(', ')} FROM ${sql}) ${name}`,
    relations: [...renamed, { qualifier: [], columns: [seq], hidden: new Set([ROW_COLUMN]) }],
  };
}

/** A join on the right of a join needs parentheses. */
function nested(item: FromItem, sql: string): string {
  return item.kind === 'join' ? `(${sql})` : sql;
}

function lateral(item: FromItem): string {
  return item.kind === 'derived' || item.kind === 'tableFunction' ? 'LATERAL ' : '';
}

function sharedNames(left: readonly Relation[], right: readonly Relation[]): string[] {
  const rights = new Set(
    right.flatMap((relation) => relation.columns.map((column) => column.name)),
  );
  const lefts = left.flatMap((relation) => relation.columns.map((column) => column.name));
  return [...new Set(lefts.filter((name) => rights.has(name)))];
}

interface UsingJoin {
  readonly join: Join;
  readonly left: FromPlan;
  readonly right: FromPlan;
  readonly names: readonly string[];
}

/** USING: one column for both sides, the first in `*`. */
function joinUsing({ join, left, right, names }: UsingJoin, compiler: Compiler): FromPlan {
  const pairs = names.map((name) => {
    const [a, b] = [find(left, name), find(right, name)];
    return { name, a, b, equal: compare('=', a.value, b.value, compiler.env).sql };
  });
  const merged: ScopeColumn[] = pairs.map(({ name, a, b }) => {
    const { type, values } = unify([a.value, b.value], compiler.env);
    return { name, value: typed(`coalesce(${values[0]?.sql}, ${values[1]?.sql})`, type) };
  });
  const hidden = new Set(names);
  const hide = (relation: Relation): Relation => ({
    ...relation,
    hidden: new Set([...(relation.hidden ?? []), ...hidden]),
  });
  const on = pairs.map((pair) => pair.equal).join(' AND ');
  const type = join.type === 'CROSS' ? 'INNER' : join.type;
  return {
    sql: `${left.sql} ${type} JOIN ${nested(join.right, right.sql)} ON ${on}`,
    relations: [
      { qualifier: [], columns: merged },
      ...left.relations.map(hide),
      ...right.relations.map(hide),
    ],
  };
}

function find(plan: FromPlan, name: string): ScopeColumn {
  const columns = plan.relations.flatMap((relation) =>
    relation.columns.filter(
      (column) => column.name === name && relation.hidden?.has(name) !== true,
    ),
  );
  const [column] = columns;
  if (column === undefined) throw invalidIdentifier(displayName(name));
  return column;
}
