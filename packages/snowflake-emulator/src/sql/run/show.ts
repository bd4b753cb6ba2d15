import { SHOWN } from '../../catalog/show-objects.ts';
import { describeColumns } from '../../catalog/describe.ts';
import { virtualRelation, type Cell, type VirtualColumns } from '../../catalog/virtual-relation.ts';
import type { StatementResult } from '../../engine/contract.ts';
import { likePattern } from '../compile/expand-star.ts';
import type { QueryPlan } from '../compile/typed.ts';
import type { Show, Statement } from '../syntax/statement.ts';
import { unsupported } from '../unsupported.ts';
import { findObject } from './find-object.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { runQuery } from './run-query.ts';
import type { Session } from './session.ts';
import { TEXT_CELL } from '../../catalog/virtual-relation.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/show */
export async function runShow(show: Show, session: Session): Promise<StatementResult> {
  if (show.what === 'PARAMETERS') return run(parameters(show, session), session);
  const shown = SHOWN[show.what];
  if (shown === undefined) throw unsupported(`SHOW ${show.what}`);
  const rows = shown.rows(show, session).filter((row) => named(row[shown.name] ?? null, show));
  return run(virtualRelation(shown.columns, rows.slice(0, show.limit ?? rows.length)), session);
}

/** LIKE takes no account of case, STARTS WITH does. */
function named(name: Cell, show: Show): boolean {
  if (typeof name !== 'string') return true;
  if (show.like !== undefined && !likePattern(show.like, true).test(name)) return false;
  return show.startsWith === undefined || name.startsWith(show.startsWith);
}

const PARAMETER_COLUMNS: VirtualColumns = {
  key: TEXT_CELL,
  value: TEXT_CELL,
  default: TEXT_CELL,
  level: TEXT_CELL,
  description: TEXT_CELL,
  type: TEXT_CELL,
};

function parameters(show: Show, session: Session): QueryPlan {
  const rows = Object.entries(DEFAULT_PARAMETERS).map(([key, { value, description }]) => ({
    key,
    value: String(session.parameter(key) ?? ''),
    default: String(value),
    level: session.parameters.has(key) ? 'SESSION' : '',
    description,
    type: typeof value === 'string' ? 'STRING' : typeof value === 'boolean' ? 'BOOLEAN' : 'NUMBER',
  }));
  return virtualRelation(
    PARAMETER_COLUMNS,
    rows.filter((row) => named(row.key, show)),
  );
}

export async function runDescribe(
  statement: Extract<Statement, { kind: 'describe' }>,
  session: Session,
): Promise<StatementResult> {
  if (statement.objectType !== 'TABLE' && statement.objectType !== 'VIEW') {
    throw unsupported(`DESCRIBE ${statement.objectType}`);
  }
  return run(describeColumns(findObject(session, statement.name)), session);
}

async function run(plan: QueryPlan, session: Session): Promise<StatementResult> {
  const { pool } = session.shared;
  const result = await runQuery(plan, {
    open: () => pool.take(),
    close: (connection, finished) => pool.give(connection, finished),
    signal: new AbortController().signal,
  });
  return result;
}
