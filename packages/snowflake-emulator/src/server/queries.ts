import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';

import { SqlError } from '../engine/contract.ts';
import { countStatements, type MultiStatement } from './multi-statement.ts';
import { internalError } from './protocol-error.ts';
import {
  type FinishedStatement,
  runStatement,
  type StatementRequest,
  type StatementRunner,
} from './run-statement.ts';
import type { Session } from './sessions.ts';
import type { StatementRecord, StatsRecorder } from './stats.ts';

export type Outcome =
  | { readonly kind: 'rows'; readonly statement: FinishedStatement }
  | { readonly kind: 'multi'; readonly children: readonly Query[] }
  | { readonly kind: 'error'; readonly error: SqlError };

/** A statement, or several of one request, from its arrival on. */
export interface Query {
  readonly id: string;
  readonly session: Session;
  readonly request: StatementRequest;
  readonly record: StatementRecord;
  readonly isAsync: boolean;
  readonly startedAt: number;
  endedAt: number | undefined;
  /** Settles when the query has ended, and never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Interrupts it; without effect once it has ended. */
  cancel(): void;
}

export interface QuerySubmission {
  readonly session: Session;
  readonly request: StatementRequest;
  readonly requestId?: string | undefined;
  readonly isAsync: boolean;
}

export interface QueryRegistry {
  /** Starts a query, or gives the one that the session's same `requestId` has started before. */
  submit(submission: QuerySubmission): Query;
  find(queryId: string): Query | undefined;
  /** Its result is not kept any more. */
  expire(queryId: string): void;
  isExpired(queryId: string): boolean;
  findByRequest(session: Session, requestId: string): Query | undefined;
  /** Interrupts the session's running queries and waits for their end. */
  cancelAll(session: Session): Promise<void>;
}

/** Of more than `keptQueries` the oldest are forgotten. */
export function createQueryRegistry(
  runner: StatementRunner,
  stats: StatsRecorder,
  keptQueries: number,
): QueryRegistry {
  const byId = new Map<string, Query>();
  const byRequest = new Map<string, Query>();
  const expired = new Set<string>();
  const keyOf = (session: Session, requestId: string): string => `${session.sql.id}/${requestId}`;

  function start(submission: QuerySubmission): Query {
    const query = startQuery(submission, { runner, stats, startChild: start });
    byId.set(query.id, query);
    if (byId.size > keptQueries) forgetOldest();
    return query;
  }

  function forgetOldest(): void {
    const oldest = [...byId.values()].find((query) => query.endedAt !== undefined);
    if (oldest === undefined) return;
    const { requestId } = oldest.record;
    byId.delete(oldest.id);
    if (requestId !== undefined) byRequest.delete(keyOf(oldest.session, requestId));
    removeSpool(runner, oldest.id);
  }

  return {
    submit(submission) {
      const { session, requestId } = submission;
      if (requestId === undefined) return start(submission);
      const known = byRequest.get(keyOf(session, requestId));
      if (known !== undefined) return known;
      const query = start(submission);
      byRequest.set(keyOf(session, requestId), query);
      return query;
    },
    find: (queryId) => byId.get(queryId),
    expire: (queryId) => void expired.add(queryId),
    isExpired: (queryId) => expired.has(queryId),
    findByRequest: (session, requestId) => byRequest.get(keyOf(session, requestId)),
    async cancelAll(session) {
      const running = [...byId.values()].filter(
        (query) => query.session === session && query.endedAt === undefined,
      );
      for (const query of running) query.cancel();
      await Promise.all(running.map((query) => query.outcome));
    },
  };
}

function removeSpool(runner: StatementRunner, queryId: string): void {
  const directory = path.join(runner.spoolDirectory, queryId);
  rm(directory, { recursive: true, force: true }).catch((error: unknown) =>
    runner.log('spool-not-removed', { queryId, error }),
  );
}

interface QueryParts {
  readonly runner: StatementRunner;
  readonly stats: StatsRecorder;
  startChild(submission: QuerySubmission): Query;
}

/** Starts to execute what was submitted; the query is there before its first statement runs. */
function startQuery(submission: QuerySubmission, parts: QueryParts): Query {
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
