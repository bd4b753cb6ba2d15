import { type HistoryEntry, MOST_RESULT_ROWS } from '../../catalog/query-history.ts';
import {
  type ExecuteRequest,
  SqlError,
  type StatementResult,
  type WireRow,
} from '../../engine/contract.ts';
import type { StatementHandler } from '../statement-handler.ts';
import { parseStatement } from '../syntax/parse.ts';
import type { Statement } from '../syntax/statement.ts';
import { tokenize } from '../syntax/tokenize.ts';
import { runAlterTable } from '../ddl/alter-table.ts';
import { runContainerStatement } from '../ddl/containers.ts';
import { runCreateTable } from '../ddl/create-table.ts';
import { runCreateView, runDrop, runUndrop } from '../ddl/objects.ts';
import { done } from '../ddl/done.ts';
import { runAlterDynamic } from '../ddl/dynamic-table.ts';
import { trackTransaction } from '../session/open-transactions.ts';
import { clientParameter, isParameter } from '../session/parameters.ts';
import { runDml } from '../dml/run-dml.ts';
import { SELECT_TYPE } from '../query/run-query.ts';
import { runSelect } from '../query/run-select.ts';
import { runSessionStatement } from './session-statements.ts';
import { nameInText } from '../session/session-variables.ts';
import type { Session } from '../session/session.ts';
import { showJson } from '../show/show-json.ts';
import { runDescribe, runShow } from '../show/show.ts';
import { statementType } from './statement-types.ts';
import { translateError } from '../session/translate-error.ts';
import { columnOfWire } from '../query/wire-columns.ts';

/** Runs a statement and keeps what the history shows of it. */
export async function execute(
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  session.overrides = new Map(
    Object.entries(request.parameters ?? {}).flatMap(([name, value]) =>
      isParameter(value)
        ? [[name.toUpperCase(), clientParameter(name.toUpperCase(), value)] as const]
        : [],
    ),
  );
  const entry = startEntry(session, request);
  const timer = timeoutOf(session, signal);
  try {
    const result = await dispatch(session, request, timer.signal);
    return remember(result, { session, request, entry, timer });
  } catch (error) {
    const translated = timer.translate(translateError(error));
    endEntry(entry, session, translated);
    throw translated;
  }
}

function startEntry(session: Session, request: ExecuteRequest): HistoryEntry {
  const entry: HistoryEntry = {
    queryId: request.queryId,
    text: request.sql,
    user: session.user,
    role: session.role,
    warehouse: session.warehouse,
    database: session.database,
    schema: session.schema,
    sessionId: session.id,
    tag: String(session.parameter('QUERY_TAG') ?? ''),
    startNs: session.now(),
    endNs: undefined,
    status: 'RUNNING',
    rows: 0,
  };
  session.shared.history.add(entry);
  return entry;
}

function endEntry(entry: HistoryEntry, session: Session, error: unknown): void {
  entry.endNs = session.now();
  const { lastCommitNs } = session.transaction;
  if (lastCommitNs > entry.startNs) entry.commitNs = lastCommitNs;
  entry.status = error === undefined ? 'SUCCESS' : 'FAILED_WITH_ERROR';
  if (error instanceof Error) entry.errorMessage = error.message;
  if (error instanceof SqlError) entry.errorCode = error.code;
}

interface Timer {
  readonly signal: AbortSignal;
  translate(error: unknown): unknown;
}

/** STATEMENT_TIMEOUT_IN_SECONDS: 000630. */
function timeoutOf(session: Session, signal: AbortSignal): Timer {
  const seconds = Number(session.parameter('STATEMENT_TIMEOUT_IN_SECONDS'));
  if (!(seconds > 0) || seconds >= 172_800) return { signal, translate: (error) => error };
  const limit = AbortSignal.timeout(seconds * 1000);
  const message = `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`;
  return {
    signal: AbortSignal.any([signal, limit]),
    translate: (error) =>
      limit.aborted && !signal.aborted && error instanceof SqlError && error.code === '000604'
        ? new SqlError('000630', '57014', message)
        : error,
  };
}

interface Remembered {
  readonly session: Session;
  readonly request: ExecuteRequest;
  readonly entry: HistoryEntry;
  readonly timer: Timer;
}

/** Rows pass on; a small result stays for RESULT_SCAN. */
function remember(result: StatementResult, context: Remembered): StatementResult {
  const { session, request, entry, timer } = context;
  if (request.describeOnly !== true) session.queryIds.push(request.queryId);
  const kept: NonNullable<HistoryEntry['result']> = {
    columns: result.columns.map(columnOfWire),
    rows: [],
    complete: false,
  };
  entry.result = kept;
  if (result.statementTypeId !== SELECT_TYPE) endEntry(entry, session, undefined);
  const shown = showJson(result.columns, session);
  const batches = async function* (): AsyncGenerator<readonly WireRow[]> {
    try {
      for await (const batch of result.batches) {
        entry.rows += batch.length;
        if (entry.rows <= MOST_RESULT_ROWS) kept.rows.push(...batch);
        else kept.rows = [];
        yield shown(batch);
      }
      kept.complete = entry.rows <= MOST_RESULT_ROWS;
      if (entry.status === 'RUNNING') endEntry(entry, session, undefined);
    } catch (error) {
      const translated = timer.translate(error);
      endEntry(entry, session, translated);
      throw translated;
    }
  };
  return { ...result, batches: batches() };
}

const SKIPPED = new Set([
  'OR',
  'REPLACE',
  'TEMPORARY',
  'TEMP',
  'TRANSIENT',
  'SECURE',
  'LOCAL',
  'GLOBAL',
]);

/** The handler of an extension whose key words the statement starts with; the longest key wins. */
function extensionHandler(
  session: Session,
  sql: string,
): { kind: string; handler: StatementHandler } | undefined {
  const words: string[] = [];
  for (const token of tokenize(firstWords(sql))) {
    if (token.kind !== 'word') break;
    if (!(words[0] === 'CREATE' && SKIPPED.has(token.text))) words.push(token.text);
  }
  for (let count = Math.min(3, words.length); count > 0; count -= 1) {
    const kind = words.slice(0, count).join(' ');
    for (const { statements } of session.shared.extensions) {
      const handler = statements?.get(kind);
      if (handler !== undefined) return { kind, handler };
    }
  }
  return undefined;
}

/** Only the words at the start: what follows may be no SQL (a file's path). */
function firstWords(sql: string): string {
  return /^(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/|[A-Za-z_]+\b)*/.exec(sql)?.[0] ?? '';
}

/** What uses the session's own connection runs one after the other; queries of their own don't wait. */
async function dispatch(
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const extension = extensionHandler(session, request.sql);
  if (extension !== undefined) {
    const { kind, handler } = extension;
    const sql = request.sql.trim().replace(/;\s*$/, '');
    return session.inTurn(() => handler({ kind, sql }, session, request, signal));
  }
  const mapping = String(session.parameter('TIMESTAMP_TYPE_MAPPING'));
  const { statement } = parseStatement(request.sql, mapping, (token, binding) =>
    nameInText(token, binding, { session, request }),
  );
  const isFree = statement.kind === 'query' && !session.transaction.isOpen;
  if (isFree) return runSelect(statement, session, request, signal);
  return session.inTurn(async () => {
    session.transaction.commitDelay = request.commitDelay ?? 0;
    try {
      const result = await run(statement, session, request, signal);
      return {
        ...result,
        statementTypeId: statementType(statement, result.statementTypeId),
      };
    } finally {
      trackTransaction(session);
    }
  });
}

async function run(
  statement: Statement,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  switch (statement.kind) {
    case 'query':
      return runSelect(statement, session, request, signal);
    case 'insert':
    case 'insertAll':
    case 'update':
    case 'delete':
    case 'merge':
      return runDml(statement, session, request, signal);
    case 'show':
      return runShow(statement, session);
    case 'describe':
      return runDescribe(statement, session);
    case 'accepted':
      return done();
    default:
      return runChange(statement, session, request, signal);
  }
}

type Read =
  | 'query'
  | 'insert'
  | 'insertAll'
  | 'update'
  | 'delete'
  | 'merge'
  | 'show'
  | 'describe'
  | 'accepted';

/** What changes the catalog or the session. */
async function runChange(
  statement: Exclude<Statement, { kind: Read }>,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  switch (statement.kind) {
    case 'createTable':
      return runCreateTable(statement, session, request, signal);
    case 'createView':
      return runCreateView(statement, session, request);
    case 'alterTable':
      return runAlterTable(statement, session, signal);
    case 'alterDynamic':
      return runAlterDynamic(statement, session, request, signal);
    case 'drop':
      return runDrop(statement, session);
    case 'undrop':
      return runUndrop(statement, session);
    case 'createContainer':
    case 'createAccountObject':
    case 'alterContainer':
    case 'createShare':
    case 'grantToShare':
    case 'grantToRole':
    case 'alterWarehouse':
      return runContainerStatement(statement, session);
    case 'truncate':
    case 'use':
    case 'alterSession':
    case 'alterAccount':
    case 'setVariables':
    case 'unsetVariables':
    case 'begin':
    case 'commit':
    case 'rollback':
    case 'comment':
      return runSessionStatement(statement, session, request, signal);
  }
}
