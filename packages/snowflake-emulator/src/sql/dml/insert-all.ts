import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import { toBoolean } from '../typed/operators.ts';
import {
  EMPTY_SCOPE,
  typed,
  type Compiler,
  type QueryPlan,
  type Scope,
  type Typed,
} from '../typed/typed.ts';
import { dmlResult } from '../statement-handler.ts';
import type { InsertAll, IntoClause } from '../syntax/dml-statement.ts';
import { closeRows } from './close-rows.ts';
import { compilerFor } from '../query/compile-request.ts';
import { coerced, wrongCount } from './insert.ts';
import { runSql } from '../session/engine-state.ts';
import { findWritable } from '../session/find-object.ts';
import { columnNamed, defaultOf, insertRows } from './insert-rows.ts';
import type { Session } from '../session/session.ts';
import type { Write } from '../session/session-transaction.ts';

const MULTI_TABLE_INSERT_TYPE = 12_548;

/** https://docs.snowflake.com/en/sql-reference/sql/insert-multi-table */
export async function runInsertAll(
  statement: InsertAll,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const targets = statement.branches
    .flatMap(({ into }) => into)
    .map((into) => ({ into, table: findWritable(session, into.table) }));
  const tables = [...new Set(targets.map(({ table }) => table))];
  const counts = new Map(tables.map((table) => [table, 0]));
  if (request.describeOnly !== true) {
    await session.transaction.write(tables, signal, async (write) => {
      const spread = await spreadRows(statement, { session, request, signal, write });
      if (statement.overwrite)
        for (const table of tables) await closeRows(session, table, write, signal);
      for (const { into, table } of targets) {
        const added = await insertInto(spread, into, table);
        counts.set(table, (counts.get(table) ?? 0) + added);
      }
      await runSql(session.connection, 'DROP TABLE spread', signal);
    });
  }
  const row = [...counts].map(([{ name }, n]) => [`number of rows inserted into ${name}`, n]);
  const numRowsInserted = [...counts.values()].reduce((sum, n) => sum + n, 0);
  return dmlResult(Object.fromEntries(row) as Record<string, number>, MULTI_TABLE_INSERT_TYPE, {
    numRowsInserted,
  });
}

interface Running {
  readonly session: Session;
  readonly request: ExecuteRequest;
  readonly signal: AbortSignal;
  readonly write: Write;
}

/** The query's rows, written down once, and which of them go where. */
interface Spread extends Running {
  readonly compiler: Compiler;
  readonly plan: QueryPlan;
  readonly scope: Scope;
  /** DuckDB SQL of the rows that a clause takes. */
  readonly conditions: ReadonlyMap<IntoClause, string>;
}

async function spreadRows(statement: InsertAll, running: Running): Promise<Spread> {
  const { session, request, signal } = running;
  const compiler = await compilerFor(statement, session, request);
  const plan = compiler.query(statement.query, EMPTY_SCOPE);
  await runSql(session.connection, `CREATE OR REPLACE TEMP TABLE spread AS ${plan.sql}`, signal);
  const columns = plan.columns.map(({ name, physical, type, nullable }) => ({
    name,
    value: typed(`s."${physical}"`, type, nullable),
  }));
  const scope: Scope = { ...EMPTY_SCOPE, relations: [{ qualifier: [], columns }] };
  return {
    ...running,
    compiler,
    plan,
    scope,
    conditions: conditionsOf(statement, compiler, scope),
  };
}

/** FIRST takes a row to the first branch whose condition holds; ELSE those that none has taken. */
function conditionsOf(
  { branches, first }: InsertAll,
  compiler: Compiler,
  scope: Scope,
): ReadonlyMap<IntoClause, string> {
  const before: string[] = [];
  return new Map(
    branches.flatMap(({ when, into }) => {
      const own =
        when === undefined || when === 'else'
          ? 'true'
          : `coalesce(${toBoolean(compiler.expression(when, scope), compiler.env).sql}, false)`;
      const taken = first || when === 'else' ? before.map((each) => ` AND NOT ${each}`) : [];
      if (when !== undefined) before.push(own);
      const condition = own + taken.join('');
      return into.map((clause) => [clause, condition] as const);
    }),
  );
}

async function insertInto(spread: Spread, into: IntoClause, table: CatalogTable): Promise<number> {
  const { session, compiler, plan, scope, write, signal } = spread;
  const columns = into.columns.length > 0 ? into.columns : table.columns.map(({ name }) => name);
  const given = into.values?.length ?? plan.columns.length;
  if (given !== columns.length) throw wrongCount(columns.length, given);
  const cells = columns.map((name, i) => {
    const column = columnNamed(table, name);
    const expr = into.values?.[i];
    if (expr?.kind === 'default') return defaultOf(column, session);
    const value: Typed | undefined =
      expr === undefined ? scope.relations[0]?.columns[i]?.value : compiler.expression(expr, scope);
    if (value === undefined) throw wrongCount(columns.length, given);
    return coerced(value, column.type, compiler).sql;
  });
  const select = `SELECT ${cells.join(', ')} FROM spread s WHERE ${spread.conditions.get(into)}`;
  return insertRows({ session, table, columns, select, write, signal });
}
