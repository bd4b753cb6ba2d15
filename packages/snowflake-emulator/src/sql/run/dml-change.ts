import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { OPEN_END } from '../../catalog/transaction-log.ts';
import { compileFrom } from '../compile/compile-from.ts';
import { toBoolean } from '../compile/operators.ts';
import { EMPTY_SCOPE, typed, type Compiler, type Relation, type Scope } from '../compile/typed.ts';
import { integerColumn, rowsResult } from '../statement-handler.ts';
import type { Assignment, Delete, Update } from '../syntax/statement.ts';
import type { Expr, FromItem, TableRef } from '../syntax/tree.ts';
import { compilerFor } from './compile-request.ts';
import { coerced } from './dml-insert.ts';
import { runSql } from './engine-state.ts';
import { findWritable } from './find-object.ts';
import { checked, columnNamed, defaultOf } from './insert-rows.ts';
import type { Session } from './session.ts';

const UPDATE_TYPE = 12_800;
const DELETE_TYPE = 13_056;

/** The target's present rows as a relation `t`, with DuckDB's rowid to find them again. */
export function targetRelation(
  table: CatalogTable,
  ref: TableRef,
): { sql: string; relation: Relation } {
  const list = ['rowid AS row_id', 'rid', ...table.columns.map((column) => `"${column.physical}"`)];
  const sql = `(SELECT ${list.join(', ')} FROM ${table.physical} WHERE vt = ${OPEN_END}) t`;
  const qualifier =
    ref.alias === undefined ? [table.database, table.schema, table.name] : [ref.alias.name];
  const columns = table.columns.map(({ name, physical, type, nullable }) => ({
    name,
    value: typed(`t."${physical}"`, type, nullable),
  }));
  return { sql, relation: { qualifier, columns } };
}

interface Change {
  readonly table: CatalogTable;
  readonly scope: Scope;
  readonly source: string;
}

function changeScope(
  session: Session,
  ref: TableRef,
  from: FromItem | undefined,
  compiler: Compiler,
): Change {
  const table = findWritable(session, ref.parts);
  const target = targetRelation(table, ref);
  const other = from === undefined ? undefined : compileFrom(from, EMPTY_SCOPE, compiler);
  const relations = [target.relation, ...(other?.relations ?? [])];
  const source = other === undefined ? target.sql : `${target.sql}, ${other.sql}`;
  return { table, scope: { ...EMPTY_SCOPE, relations }, source };
}

const whereSql = (where: Expr | undefined, scope: Scope, compiler: Compiler): string =>
  where === undefined
    ? ''
    : ` WHERE ${toBoolean(compiler.expression(where, scope), compiler.env).sql}`;

export async function runUpdate(
  statement: Update,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const compiler = await compilerFor(statement, session, request);
  const { table, scope, source } = changeScope(session, statement.table, statement.from, compiler);
  const values = newValues({ table, set: statement.set, scope, compiler, session });
  const found = `SELECT DISTINCT ON (t.row_id) t.row_id, t.rid, ${values} FROM ${source}${whereSql(statement.where, scope, compiler)}`;
  const counts = await replaceRows(session, table, found, signal);
  const columns = ['number of rows updated', 'number of multi-joined rows updated'].map(
    integerColumn,
  );
  return rowsResult(columns, [[String(counts), '0']], UPDATE_TYPE);
}

export interface NewValues {
  readonly table: CatalogTable;
  readonly set: readonly Assignment[];
  readonly scope: Scope;
  readonly compiler: Compiler;
  readonly session: Session;
}

/** All columns of the row after SET, each under its physical name. */
export function newValues({ table, set, scope, compiler, session }: NewValues): string {
  for (const { column } of set) columnNamed(table, column);
  return table.columns
    .map((column) => {
      const assignment = set.find((each) => each.column === column.name);
      if (assignment === undefined) return `t."${column.physical}"`;
      const sql =
        assignment.value.kind === 'default'
          ? defaultOf(column, session)
          : coerced(compiler.expression(assignment.value, scope), column.type, compiler).sql;
      return `${checked(sql, column)} AS "${column.physical}"`;
    })
    .join(', ');
}

/** Ends the rows that `found` gives (row_id, rid, columns…) and inserts their new versions. */
async function replaceRows(
  session: Session,
  table: CatalogTable,
  found: string,
  signal: AbortSignal,
): Promise<number> {
  return session.transaction.write(table, signal, async ({ transaction }) => {
    const run = (sql: string): Promise<number> => runSql(session.connection, sql, signal);
    const list = table.columns.map((column) => `"${column.physical}"`).join(', ');
    await run(`CREATE OR REPLACE TEMP TABLE changed AS ${found}`);
    const count = await run(
      `UPDATE ${table.physical} SET vt = ${transaction} WHERE rowid IN (SELECT row_id FROM changed)`,
    );
    await run(
      `INSERT INTO ${table.physical} (${list}, vf, vt, rid) SELECT ${list}, ${transaction}, ${OPEN_END}, rid FROM changed`,
    );
    await run('DROP TABLE changed');
    return count;
  });
}

export async function runDelete(
  statement: Delete,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const compiler = await compilerFor(statement, session, request);
  const { table, scope, source } = changeScope(session, statement.table, statement.using, compiler);
  const found = `SELECT t.row_id FROM ${source}${whereSql(statement.where, scope, compiler)}`;
  const count = await session.transaction.write(table, signal, ({ transaction }) =>
    runSql(
      session.connection,
      `UPDATE ${table.physical} SET vt = ${transaction} WHERE rowid IN (${found})`,
      signal,
    ),
  );
  return rowsResult([integerColumn('number of rows deleted')], [[String(count)]], DELETE_TYPE);
}
