import { randomUUID } from 'node:crypto';
import { SqlError } from '../engine/contract.ts';
import { countStatements, type MultiStatement } from './multi-statement.ts';
import { internalError } from './protocol-error.ts';
import type { Outcome, Query, QuerySubmission } from './queries.ts';
import { runStatement, type StatementRunner } from './run-statement.ts';
import type { StatementRecord, StatsRecorder } from './stats.ts';

export interface QueryParts {
  readonly runner: StatementRunner;
  readonly stats: StatsRecorder;
  startChild(submission: QuerySubmission): Query;
}

/** Starts to execute what was submitted; the query is there before its first statement runs. */
export function startQuery(submission: QuerySubmission, parts: QueryParts): Query {
  const { session, request, isAsync } = submission;
  const controller = new AbortController();
  const id = randomUUID();
  const record = newRecord(id, submission);
  const query: Query = {
    id,
    session,
    request,
    record,
    isAsync,
    startedAt: Date.now(),
    endedAt: undefined,
    outcome: Promise.resolve()
      .then(() => execute(query, parts, controller.signal))
      .then(
        (outcome) => settle(query, outcome, controller.signal),
        (error: unknown) =>
          settle(query, { kind: 'error', error: toSqlError(error) }, controller.signal),
      ),
    cancel: () => controller.abort(),
  };
  return query;
}

async function execute(query: Query, parts: QueryParts, signal: AbortSignal): Promise<Outcome> {
  const { session, request, id } = query;
  const multi = countStatements(session.sql, request);
  if (multi !== undefined) return runChildren(query, multi, parts, signal);
  parts.stats.addStatement(query.record);
  const run = { queryId: id, sql: session.sql, request };
  return { kind: 'rows', statement: await runStatement(parts.runner, run, signal) };
}

/** One after another; the first that fails ends them, and what went before it stays done. */
async function runChildren(
  parent: Query,
  multi: MultiStatement,
  parts: QueryParts,
  signal: AbortSignal,
): Promise<Outcome> {
  const children: Query[] = [];
  for (const request of multi.statements) {
    const child = parts.startChild({ session: parent.session, request, isAsync: false });
    children.push(child);
    signal.addEventListener('abort', () => child.cancel(), { once: true });
    if (signal.aborted) child.cancel();
    const outcome = await child.outcome;
    if (outcome.kind === 'error') return outcome;
  }
  return { kind: 'multi', children };
}

function settle(query: Query, outcome: Outcome, signal: AbortSignal): Outcome {
  query.endedAt = Date.now();
  if (outcome.kind === 'error') {
    query.record.status = signal.aborted ? 'aborted' : 'failed';
    query.record.errorCode = outcome.error.code;
  } else {
    query.record.status = 'success';
    if (outcome.kind === 'rows') query.record.rows = outcome.statement.rows.total;
  }
  return outcome;
}

function toSqlError(error: unknown): SqlError {
  return error instanceof SqlError ? error : internalError(error);
}

function newRecord(queryId: string, { session, request, requestId }: QuerySubmission) {
  const tag = request.parameters['QUERY_TAG'] ?? session.sql.state.parameters.get('QUERY_TAG');
  const record: StatementRecord = {
    queryId,
    requestId,
    sessionId: session.sql.id,
    user: session.user,
    sql: request.sql,
    queryTag: typeof tag === 'string' && tag !== '' ? tag : undefined,
    status: 'running',
    rows: 0,
    errorCode: undefined,
  };
  return record;
}
