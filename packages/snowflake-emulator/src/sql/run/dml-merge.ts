import { SqlError, type ExecuteRequest, type StatementResult } from '../../engine/contract.ts';
import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { OPEN_END } from '../../catalog/transaction-log.ts';
import { compileFrom, type FromPlan } from '../compile/compile-from.ts';
import { toBoolean } from '../compile/operators.ts';
import { EMPTY_SCOPE, type Compiler, type Scope } from '../compile/typed.ts';
import { integerColumn, rowsResult } from '../statement-handler.ts';
import type { Merge, MergeWhen } from '../syntax/statement.ts';
import { compilerFor } from './compile-request.ts';
import { newValues, targetRelation } from './dml-change.ts';
import { coerced } from './dml-insert.ts';
import { readValue, runSql } from './engine-state.ts';
import { findWritable } from './find-object.ts';
import { columnNamed, insertRows } from './insert-rows.ts';
import type { Session } from './session.ts';
import type { Write } from './session-transaction.ts';

const MERGE_TYPE = 12_801;

interface MergePlan {
  readonly statement: Merge;
  readonly session: Session;
  readonly table: CatalogTable;
  readonly target: string;
  readonly source: FromPlan;
  readonly scope: Scope;
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
  const compiler = await compilerFor(statement, session, request);
  const table = findWritable(session, statement.table.parts);
  const target = targetRelation(table, statement.table);
  const source = compileFrom(statement.using, EMPTY_SCOPE, compiler);
  const scope: Scope = { ...EMPTY_SCOPE, relations: [target.relation, ...source.relations] };
  const plan: MergePlan = {
    statement,
    session,
    table,
    target: target.sql,
    source,
    scope,
    compiler,
    signal,
  };
  const counts = await session.transaction.write(table, signal, (write) => merge(plan, write));
  const kinds = new Set(statement.whens.map((when) => when.action.kind));
  const shown = (['insert', 'update', 'delete'] as const).filter((kind) => kinds.has(kind));
  const columns = shown.map((kind) => integerColumn(`number of rows ${WORDS[kind]}`));
  return rowsResult(columns, [shown.map((kind) => String(counts[kind]))], MERGE_TYPE);
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
  const inserts = insertSelects(plan);
  for (const [i, select] of inserts.entries())
    await run(`CREATE OR REPLACE TEMP TABLE unmatched${i} AS ${select.sql}`);
  counts.delete = await run(
    `UPDATE ${table.physical} SET vt = ${write.transaction} WHERE rowid IN (SELECT row_id FROM matched WHERE is_delete)`,
  );
  counts.update = await run(
    `UPDATE ${table.physical} SET vt = ${write.transaction} WHERE rowid IN (SELECT row_id FROM matched WHERE NOT is_delete)`,
  );
  await run(
    `INSERT INTO ${table.physical} (${list}, vf, vt, rid) SELECT ${list}, ${write.transaction}, ${OPEN_END}, rid FROM matched WHERE NOT is_delete`,
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
  return counts;
}

function conditionSql(when: MergeWhen, plan: MergePlan): string {
  if (when.condition === undefined) return 'true';
  return toBoolean(plan.compiler.expression(when.condition, plan.scope), plan.compiler.env).sql;
}

/** One branch a clause; a row goes to the first whose condition holds. */
function matchedRows(plan: MergePlan): string {
  const { statement, scope, compiler, table, session } = plan;
  const on = toBoolean(compiler.expression(statement.on, scope), compiler.env).sql;
  const join = `FROM ${plan.target} JOIN ${plan.source.sql} ON ${on}`;
  const before: string[] = [];
  const branches: string[] = [];
  for (const when of statement.whens.filter((each) => each.matched)) {
    const condition = conditionSql(when, plan);
    const earlier = before.map((each) => ` AND NOT coalesce(${each}, false)`).join('');
    const set = when.action.kind === 'update' ? when.action.set : [];
    const values = newValues({ table, set, scope, compiler, session });
    branches.push(
      `SELECT t.row_id, t.rid, ${when.action.kind === 'delete'} AS is_delete, ${values} ${join} WHERE ${condition}${earlier}`,
    );
    before.push(condition);
  }
  if (branches.length > 0) return branches.join(' UNION ALL ');
  const values = newValues({ table, set: [], scope, compiler, session });
  return `SELECT t.row_id, t.rid, false AS is_delete, ${values} FROM ${plan.target} WHERE false`;
}

/** ERROR_ON_NONDETERMINISTIC_MERGE: a row that two source rows match is an error. */
async function checkOnce({ session }: MergePlan): Promise<void> {
  const twice = await readValue(
    session.connection,
    'SELECT row_id FROM matched GROUP BY row_id HAVING count(*) > 1 LIMIT 1',
  );
  if (twice !== null)
    throw new SqlError('100090', '42P18', 'Duplicate row detected during DML action');
}

function insertSelects(plan: MergePlan): { sql: string; columns: readonly string[] }[] {
  const { statement, scope, compiler, table } = plan;
  const on = toBoolean(compiler.expression(statement.on, scope), compiler.env).sql;
  const before: string[] = [];
  return statement.whens.flatMap((when) => {
    const { action } = when;
    if (action.kind !== 'insert') return [];
    const columns =
      action.columns.length > 0 ? action.columns : table.columns.map((column) => column.name);
    const values = action.values.map((expr, i) => {
      const value = coerced(
        compiler.expression(expr, scope),
        columnNamed(table, columns[i] ?? '').type,
        compiler,
      );
      return `${value.sql} AS v${i}`;
    });
    const condition = conditionSql(when, plan);
    const earlier = before.map((each) => ` AND NOT coalesce(${each}, false)`).join('');
    before.push(condition);
    const sql = `SELECT ${values.join(', ')} FROM ${plan.source.sql} WHERE NOT EXISTS (SELECT 1 FROM ${plan.target} WHERE ${on}) AND ${condition}${earlier}`;
    return [{ sql, columns }];
  });
}
