import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import type { Statement } from '../syntax/statement.ts';
import { runDelete, runUpdate } from './dml-change.ts';
import { runInsertAll } from './dml-insert-all.ts';
import { runInsert } from './dml-insert.ts';
import { runMerge } from './dml-merge.ts';
import { noteLock, trackTransaction } from './open-transactions.ts';
import type { Session } from './session.ts';

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
