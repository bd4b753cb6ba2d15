import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { castTo } from '../typed/cast.ts';
import { EMPTY_SCOPE, typed, type Compiler, type QueryPlan, type Typed } from '../typed/typed.ts';
import { textType, typeText, type SqlType } from '../sql-type.ts';
import { dmlResult } from '../statement-handler.ts';
import type { Insert } from '../syntax/dml-statement.ts';
import type { Expr } from '../syntax/tree.ts';
import { compilationError } from '../unsupported.ts';
import { bulkRelation } from '../query/bindings.ts';
import { compilerFor } from '../query/compile-request.ts';
import { closeRows } from './close-rows.ts';
import { runSql } from '../session/engine-state.ts';
import { findWritable } from '../session/find-object.ts';
import { columnNamed, defaultOf, insertRows, type InsertRows } from './insert-rows.ts';
import type { Session } from '../session/session.ts';

/** Statement types of DML, as the protocol numbers them. */
export const INSERT_TYPE = 12_544;

export async function runInsert(
  statement: Insert,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const table = findWritable(session, statement.table);
  const columns =
    statement.columns.length > 0 ? statement.columns : table.columns.map((column) => column.name);
  const compile = async (): Promise<string> => {
    const compiler = await compilerFor(statement.query, session, request);
    return insertSelect(statement, { table, columns, compiler, session, request });
  };
  if (request.describeOnly === true) {
    await compile();
    return inserted(0);
  }
  const count = await session.transaction.write(table, signal, async (write) => {
    const insert: InsertRows = { session, table, columns, select: await compile(), write, signal };
    return statement.overwrite ? overwrite(insert) : insertRows(insert);
  });
  return inserted(count);
}

/** The query reads the table as it was before it is emptied. */
async function overwrite(insert: InsertRows): Promise<number> {
  const { session, table, select, write, signal } = insert;
  await runSql(session.connection, `CREATE OR REPLACE TEMP TABLE overwriting AS ${select}`, signal);
  await closeRows(session, table, write, signal);
  const count = await insertRows({ ...insert, select: 'SELECT * FROM overwriting' });
  await runSql(session.connection, 'DROP TABLE overwriting', signal);
  return count;
}

function inserted(count: number): StatementResult {
  return dmlResult({ 'number of rows inserted': count }, INSERT_TYPE, { numRowsInserted: count });
}

interface Target {
  readonly table: CatalogTable;
  readonly columns: readonly string[];
  readonly compiler: Compiler;
  readonly session: Session;
  readonly request: ExecuteRequest;
}

function insertSelect(statement: Insert, target: Target): string {
  const { body } = statement.query;
  if (body.kind === 'values') return selectOfValues(body.rows, target);
  return coercedSelect(target.compiler.query(statement.query, EMPTY_SCOPE), target);
}

/** Values keep their own types until each is brought to its column's; DEFAULT is the column's default. */
function selectOfValues(rows: readonly (readonly Expr[])[], target: Target): string {
  const bulk = bulkRelation(target.request);
  const lines = rows.map((row) => {
    if (row.length !== target.columns.length) throw wrongCount(target.columns.length, row.length);
    return row.map((expr, i) => cell(expr, i, target)).join(', ');
  });
  if (bulk !== undefined)
    return lines.map((line) => `SELECT ${line} FROM ${bulk}`).join(' UNION ALL ');
  return `VALUES ${lines.map((line) => `(${line})`).join(', ')}`;
}

function cell(expr: Expr, index: number, { table, columns, compiler, session }: Target): string {
  const column = columnNamed(table, columns[index] ?? '');
  if (expr.kind === 'default') return defaultOf(column, session);
  return coerced(compiler.expression(expr, EMPTY_SCOPE), column.type, compiler).sql;
}

export function wrongCount(expected: number, got: number): Error {
  return compilationError(
    `Insert value list does not match column list expecting ${expected} but got ${got}`,
    '002020',
    '21S01',
  );
}

export function coercedSelect(
  plan: QueryPlan,
  { table, columns, compiler }: Pick<Target, 'table' | 'columns' | 'compiler'>,
): string {
  if (plan.columns.length !== columns.length) throw wrongCount(columns.length, plan.columns.length);
  const list = plan.columns.map((column, i) => {
    const target = columnNamed(table, columns[i] ?? '');
    return coerced(typed(`q."${column.physical}"`, column.type), target.type, compiler).sql;
  });
  return `SELECT ${list.join(', ')} FROM (${plan.sql}) q`;
}

/** Brings a value to a column's type; a text keeps its length, which is checked, not cut. */
export function coerced(value: Typed, type: SqlType, compiler: Compiler): Typed {
  if (
    type.name === 'VECTOR' &&
    value.type.name !== 'NULL' &&
    typeText(value.type) !== typeText(type)
  ) {
    throw compilationError(
      `Expression type does not match column data type, expecting ${typeText(type)} but got ${typeText(value.type)}`,
      '002023',
      '22000',
    );
  }
  return castTo(value, type.name === 'VARCHAR' ? textType() : type, compiler.env);
}
