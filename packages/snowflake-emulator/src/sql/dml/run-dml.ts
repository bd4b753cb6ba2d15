import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import type { Statement } from '../syntax/statement.ts';
import { runDelete, runUpdate } from './change.ts';
import { runInsertAll } from './insert-all.ts';
import { runInsert } from './insert.ts';
import { runMerge } from './merge.ts';
import { noteLock, trackTransaction } from '../session/open-transactions.ts';
import type { Session } from '../session/session.ts';

type Dml = Extract<Statement, { kind: 'insert' | 'insertAll' | 'update' | 'delete' | 'merge' }>;

/** Without AUTOCOMMIT the first of them opens a transaction. */
export async function runDml(
  statement: Dml,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  session.beginImplicitly();
  trackTransaction(session);
  if (statement.kind === 'insert') return runInsert(statement, session, request, signal);
  if (statement.kind === 'insertAll') return runInsertAll(statement, session, request, signal);
  const result = await rewrite(statement, session, request, signal);
  noteLock(session, statement.table.parts, request.queryId);
  return result;
}

function rewrite(
  statement: Exclude<Dml, { kind: 'insert' | 'insertAll' }>,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  switch (statement.kind) {
    case 'update':
      return runUpdate(statement, session, request, signal);
    case 'delete':
      return runDelete(statement, session, request, signal);
    case 'merge':
      return runMerge(statement, session, request, signal);
  }
}
