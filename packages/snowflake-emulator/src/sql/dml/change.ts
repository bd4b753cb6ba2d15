import { SqlError, type ExecuteRequest, type StatementResult } from '../../engine/contract.ts';
import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { OPEN_END } from '../../catalog/transaction-log.ts';
import { compileFrom } from '../compile/compile-from.ts';
import { toBoolean } from '../typed/operators.ts';
import { EMPTY_SCOPE, typed, type Compiler, type Relation, type Scope } from '../typed/typed.ts';
import { dmlResult } from '../statement-handler.ts';
import type { Assignment, Delete, Update } from '../syntax/dml-statement.ts';
import type { Expr, FromItem, TableRef } from '../syntax/tree.ts';
import { compilerFor } from '../query/compile-request.ts';
import { coerced } from './insert.ts';
import { readValue, runSql } from '../session/engine-state.ts';
import { findWritable } from '../session/find-object.ts';
import { checked, columnNamed, defaultOf } from './insert-rows.ts';
import type { Session } from '../session/session.ts';
import type { Write } from '../session/session-transaction.ts';

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
  readonly scope: Scope;
  readonly source: string;
}

function changeScope(
  table: CatalogTable,
  ref: TableRef,
  from: FromItem | undefined,
  compiler: Compiler,
): Change {
  const target = targetRelation(table, ref);
  const other = from === undefined ? undefined : compileFrom(from, EMPTY_SCOPE, compiler);
  const relations = [target.relation, ...(other?.relations ?? [])];
  const source = other === undefined ? target.sql : `${target.sql}, ${other.sql}`;
  return { scope: { ...EMPTY_SCOPE, relations }, source };
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
  const table = findWritable(session, statement.table.parts);
  const compile = async (): Promise<string> => {
    const compiler = await compilerFor(statement, session, request);
    const { scope, source } = changeScope(table, statement.table, statement.from, compiler);
    const values = newValues({ table, set: statement.set, scope, compiler, session });
    return `SELECT t.row_id, t.rid, ${values} FROM ${source}${whereSql(statement.where, scope, compiler)}`;
  };
  if (request.describeOnly === true) {
    await compile();
    return updated({ rows: 0, multiJoined: 0 });
  }
  return updated(
    await session.transaction.write(table, signal, async (write) =>
      replaceRows({ session, table, found: await compile(), write, signal }),
    ),
  );
}

interface Replaced {
  readonly rows: number;
  /** Rows that several of FROM's rows matched: one of those was taken. */
  readonly multiJoined: number;
}

/** https://docs.snowflake.com/en/sql-reference/sql/update, "Output" */
function updated({ rows, multiJoined }: Replaced): StatementResult {
  const counts = {
    'number of rows updated': rows,
    'number of multi-joined rows updated': multiJoined,
  };
  return dmlResult(counts, UPDATE_TYPE, { numRowsUpdated: rows, numDmlDuplicates: multiJoined });
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

interface ReplaceRows {
  readonly session: Session;
  readonly table: CatalogTable;
  /** DuckDB SQL: row_id, rid, and all columns of the new version. */
  readonly found: string;
  readonly write: Write;
  readonly signal: AbortSignal;
}

/** Ends the rows that `found` gives (row_id, rid, columns…) and inserts their new versions. */
async function replaceRows(replace: ReplaceRows): Promise<Replaced> {
  const { session, table, found, signal } = replace;
  const { transaction } = replace.write;
  const run = (sql: string): Promise<number> => runSql(session.connection, sql, signal);
  const list = table.columns.map((column) => `"${column.physical}"`).join(', ');
  await run(`CREATE OR REPLACE TEMP TABLE changed AS ${found}`);
  const multiJoined = Number(await readValue(session.connection, MULTI_JOINED));
  if (multiJoined > 0 && session.parameter('ERROR_ON_NONDETERMINISTIC_UPDATE') === true)
    throw duplicateRow();
  const rows = await run(
    `UPDATE ${table.physical} SET vt = ${transaction} WHERE rowid IN (SELECT row_id FROM changed)`,
  );
  await run(
    `INSERT INTO ${table.physical} (${list}, vf, vt, rid) SELECT DISTINCT ON (row_id) ${list}, ${transaction}, ${OPEN_END}, rid FROM changed`,
  );
  await run('DROP TABLE changed');
  return { rows, multiJoined };
}

const MULTI_JOINED =
  'SELECT count(*) FROM (SELECT row_id FROM changed GROUP BY row_id HAVING count(*) > 1)';

/** The error that ERROR_ON_NONDETERMINISTIC_UPDATE and _MERGE ask for. */
export function duplicateRow(): SqlError {
  return new SqlError('100090', '42P18', 'Duplicate row detected during DML action');
}

export async function runDelete(
  statement: Delete,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const table = findWritable(session, statement.table.parts);
  const compile = async (): Promise<string> => {
    const compiler = await compilerFor(statement, session, request);
    const { scope, source } = changeScope(table, statement.table, statement.using, compiler);
    return `SELECT t.row_id FROM ${source}${whereSql(statement.where, scope, compiler)}`;
  };
  if (request.describeOnly === true) {
    await compile();
    return deleted(0);
  }
  const count = await session.transaction.write(table, signal, async ({ transaction }) => {
    const sql = `UPDATE ${table.physical} SET vt = ${transaction} WHERE rowid IN (${await compile()})`;
    return runSql(session.connection, sql, signal);
  });
  return deleted(count);
}

function deleted(count: number): StatementResult {
  return dmlResult({ 'number of rows deleted': count }, DELETE_TYPE, { numRowsDeleted: count });
}
