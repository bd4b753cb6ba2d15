import { SqlError, type ExecuteRequest, type StatementResult } from '../../engine/contract.ts';
import type { Statement } from '../syntax/statement.ts';
import { compileQueryTree } from './compile-request.ts';
import { runQuery } from './run-query.ts';
import type { Session } from '../session/session.ts';

export async function runSelect(
  { query }: Extract<Statement, { kind: 'query' }>,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const plan = await compileQueryTree(query, session, request);
  const isDescribed = request.describeOnly === true;
  if (!isDescribed && readsData(query)) requireWarehouse(session);
  const limit = isDescribed ? 0 : Number(session.parameter('ROWS_PER_RESULTSET')) || undefined;
  const sql = limit === undefined ? plan.sql : `SELECT * FROM (${plan.sql}) d LIMIT ${limit}`;
  const { pool } = session.shared;
  return runQuery(
    { ...plan, sql },
    {
      open: () => pool.take(),
      close: (connection, finished) => pool.give(connection, finished),
      signal,
    },
  );
}

/** Whether a query needs a warehouse: it reads a table, a view (of INFORMATION_SCHEMA too), a function. */
function readsData(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(readsData);
  if (typeof node !== 'object' || node === null) return false;
  const { kind, parts, call } = node as {
    kind?: unknown;
    parts?: readonly string[];
    call?: { readonly name: string };
  };
  if (kind === 'table' && parts?.join('.') !== 'DUAL') return true;
  if (kind === 'tableFunction' && call?.name !== 'RESULT_SCAN') return true;
  return Object.values(node).some(readsData);
}

/**
 * 000606: no warehouse, or one that is suspended and does not resume by itself. SHOW and DESCRIBE
 * need none. https://docs.snowflake.com/en/user-guide/warehouses-tasks, "Using a warehouse".
 */
export function requireWarehouse(session: Session): void {
  const { warehouse: name, shared } = session;
  const warehouse = name === undefined ? undefined : shared.catalog.warehouses.get(name);
  if (warehouse === undefined) {
    throw new SqlError(
      '000606',
      '57P03',
      "No active warehouse selected in the current session. Select an active warehouse with the 'use warehouse' command.",
    );
  }
  if (warehouse.suspended !== true) return;
  if (warehouse.properties.get('AUTO_RESUME')?.toUpperCase() === 'FALSE') {
    throw new SqlError('000606', '57P03', `Warehouse '${name}' is suspended, and is not resumed.`);
  }
  shared.catalog.warehouses.set(warehouse.name, { ...warehouse, suspended: false });
}
