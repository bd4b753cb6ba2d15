import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { OPEN_END } from '../../catalog/transaction-log.ts';
import { compileFrom, type FromPlan } from '../compile/compile-from.ts';
import { toBoolean } from '../typed/operators.ts';
import { EMPTY_SCOPE, type Compiler, type Scope } from '../typed/typed.ts';
import { dmlResult } from '../statement-handler.ts';
import type { Merge, MergeWhen } from '../syntax/dml-statement.ts';
import { compilerFor } from '../query/compile-request.ts';
import { duplicateRow, newValues, targetRelation } from './change.ts';
import { coerced, wrongCount } from './insert.ts';
import { readValue, runSql } from '../session/engine-state.ts';
import { findWritable } from '../session/find-object.ts';
import { columnNamed, defaultOf, insertRows } from './insert-rows.ts';
import type { Session } from '../session/session.ts';
import type { Write } from '../session/session-transaction.ts';

const MERGE_TYPE = 13_312;

interface MergePlan {
  readonly statement: Merge;
  readonly session: Session;
  readonly table: CatalogTable;
  readonly target: string;
  readonly source: FromPlan;
  /** Of the target and the source, where a row of the target is at hand. */
  readonly scope: Scope;
  /** Of the source alone, for rows that the target lacks. */
  readonly sourceScope: Scope;
  readonly compiler: Compiler;
  readonly signal: AbortSignal;
}

/** https://docs.snowflake.com/en/sql-reference/sql/merge */
export async function runMerge(
  statement: Merge,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const table = findWritable(session, statement.table.parts);
  const plan = async (): Promise<MergePlan> => {
    const compiler = await compilerFor(statement, session, request);
    return { statement, session, table, compiler, signal, ...sides(statement, table, compiler) };
  };
  if (request.describeOnly === true) {
    const described = await plan();
    matchedRows(described);
    insertSelects(described);
    return merged(statement, { insert: 0, update: 0, delete: 0 });
  }
  const counts = await session.transaction.write(table, signal, async (write) =>
    merge(await plan(), write),
  );
  return merged(statement, counts);
}

function sides(
  { using, table: ref }: Merge,
  table: CatalogTable,
  compiler: Compiler,
): Pick<MergePlan, 'target' | 'source' | 'scope' | 'sourceScope'> {
  const target = targetRelation(table, ref);
  const source = compileFrom(using, EMPTY_SCOPE, compiler);
  const { relations } = source;
  return {
    target: target.sql,
    source,
    scope: { ...EMPTY_SCOPE, relations: [target.relation, ...relations] },
    sourceScope: { ...EMPTY_SCOPE, relations },
  };
}

function merged(statement: Merge, counts: Counts): StatementResult {
  const kinds = new Set(statement.whens.map((when) => when.action.kind));
  const shown = (['insert', 'update', 'delete'] as const).filter((kind) => kinds.has(kind));
  const row = shown.map((kind) => [`number of rows ${WORDS[kind]}`, counts[kind]] as const);
  const { insert, update, delete: gone } = counts;
  const stats = { numRowsInserted: insert, numRowsUpdated: update, numRowsDeleted: gone };
  return dmlResult(Object.fromEntries(row), MERGE_TYPE, stats);
}

const WORDS = { insert: 'inserted', update: 'updated', delete: 'deleted' } as const;
type Counts = Record<keyof typeof WORDS, number>;

/** All clauses see the table as it was before: what they find is written down first. */
async function merge(plan: MergePlan, write: Write): Promise<Counts> {
  const { session, table, signal } = plan;
  const run = (sql: string): Promise<number> => runSql(session.connection, sql, signal);
  const list = table.columns.map((column) => `"${column.physical}"`).join(', ');
  const counts: Counts = { insert: 0, update: 0, delete: 0 };
  await run(`CREATE OR REPLACE TEMP TABLE matched AS ${matchedRows(plan)}`);
  await checkOnce(plan);
  await run(
    'CREATE OR REPLACE TEMP TABLE taken AS SELECT DISTINCT ON (row_id) * FROM matched ORDER BY row_id, clause',
  );
  const inserts = insertSelects(plan);
  for (const [i, select] of inserts.entries())
    await run(`CREATE OR REPLACE TEMP TABLE unmatched${i} AS ${select.sql}`);
  counts.delete = await run(
    `UPDATE ${table.physical} SET vt = ${write.transaction} WHERE rowid IN (SELECT row_id FROM taken WHERE is_delete)`,
  );
  counts.update = await run(
    `UPDATE ${table.physical} SET vt = ${write.transaction} WHERE rowid IN (SELECT row_id FROM taken WHERE NOT is_delete)`,
  );
  await run(
    `INSERT INTO ${table.physical} (${list}, vf, vt, rid) SELECT ${list}, ${write.transaction}, ${OPEN_END}, rid FROM taken WHERE NOT is_delete`,
  );
  for (const [i, { columns }] of inserts.entries()) {
    counts.insert += await insertRows({
      session,
      table,
      columns,
      select: `SELECT * FROM unmatched${i}`,
      write,
      signal,
    });
    await run(`DROP TABLE unmatched${i}`);
  }
  await run('DROP TABLE matched');
  await run('DROP TABLE taken');
  return counts;
}

function conditionSql(when: MergeWhen, { compiler }: MergePlan, scope: Scope): string {
  if (when.condition === undefined) return 'true';
  return toBoolean(compiler.expression(when.condition, scope), compiler.env).sql;
}

/** One branch a clause; a row goes to the first whose condition holds. */
function matchedRows(plan: MergePlan): string {
  const { statement, scope, compiler, table, session } = plan;
  const on = toBoolean(compiler.expression(statement.on, scope), compiler.env).sql;
  const join = `FROM ${plan.target} JOIN ${plan.source.sql} ON ${on}`;
  const before: string[] = [];
  const branches: string[] = [];
  for (const [clause, when] of statement.whens.entries()) {
    if (!when.matched) continue;
    const condition = conditionSql(when, plan, scope);
    const earlier = before.map((each) => ` AND NOT coalesce(${each}, false)`).join('');
    const set = when.action.kind === 'update' ? when.action.set : [];
    const values = newValues({ table, set, scope, compiler, session });
    branches.push(
      `SELECT t.row_id, t.rid, ${when.action.kind === 'delete'} AS is_delete, ${clause} AS clause, ${values} ${join} WHERE ${condition}${earlier}`,
    );
    before.push(condition);
  }
  if (branches.length > 0) return branches.join(' UNION ALL ');
  const values = newValues({ table, set: [], scope, compiler, session });
  return `SELECT t.row_id, t.rid, false AS is_delete, 0 AS clause, ${values} FROM ${plan.target} WHERE false`;
}

/**
 * A row that several source rows match is an error, unless all of them delete it.
 * https://docs.snowflake.com/en/sql-reference/sql/merge#duplicate-join-behavior
 */
async function checkOnce({ session }: MergePlan): Promise<void> {
  if (session.parameter('ERROR_ON_NONDETERMINISTIC_MERGE') === false) return;
  const twice = await readValue(
    session.connection,
    'SELECT row_id FROM matched GROUP BY row_id HAVING count(*) > 1 AND NOT bool_and(is_delete) LIMIT 1',
  );
  if (twice !== null) throw duplicateRow();
}

function insertSelects(plan: MergePlan): { sql: string; columns: readonly string[] }[] {
  const { statement, scope, sourceScope, compiler, table, session } = plan;
  const on = toBoolean(compiler.expression(statement.on, scope), compiler.env).sql;
  const before: string[] = [];
  return statement.whens.flatMap((when) => {
    const { action } = when;
    if (action.kind !== 'insert') return [];
    const columns =
      action.columns.length > 0 ? action.columns : table.columns.map((column) => column.name);
    const values = action.values.map((expr, i) => {
      const column = columnNamed(table, columns[i] ?? '');
      if (expr.kind === 'default') return `${defaultOf(column, session)} AS v${i}`;
      const value = coerced(compiler.expression(expr, sourceScope), column.type, compiler);
      return `${value.sql} AS v${i}`;
    });
    if (values.length !== columns.length) throw wrongCount(columns.length, values.length);
    const condition = conditionSql(when, plan, sourceScope);
    const earlier = before.map((each) => ` AND NOT coalesce(${each}, false)`).join('');
    before.push(condition);
    const sql = `SELECT ${values.join(', ')} FROM ${plan.source.sql} WHERE NOT EXISTS (SELECT 1 FROM ${plan.target} WHERE ${on}) AND ${condition}${earlier}`;
    return [{ sql, columns }];
  });
}
