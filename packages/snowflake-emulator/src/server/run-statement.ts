import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  SqlError,
  type Binding,
  type DmlStats,
  type ExecuteRequest,
  type FileTransfer,
  type ResultColumn,
  type SessionState,
  type SqlSession,
} from '../engine/contract.ts';
import type { FaultRegistry } from '../faults/fault-registry.ts';
import type { Log, ResultLayout } from './emulator-options.ts';
import { canceled, internalError } from './protocol-error.ts';
import { spoolRows, type SpooledRows } from './spool-rows.ts';

/** What a client asks a session to run. */
export interface StatementRequest {
  readonly sql: string;
  readonly bindings?: Readonly<Record<string, Binding>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly describeOnly: boolean;
}

/** A statement that succeeded, with the session's state as it was then. */
export interface FinishedStatement {
  readonly columns: readonly ResultColumn[];
  readonly statementTypeId: number;
  readonly transfer?: FileTransfer;
  readonly rows: SpooledRows;
  readonly state: SessionState;
  readonly stats?: DmlStats;
}

export interface StatementRunner {
  readonly spoolDirectory: string;
  readonly layout: ResultLayout;
  readonly faults: FaultRegistry;
  readonly log: Log;
}

/**
 * Executes one statement and spools its rows. Throws a {@link SqlError}, whatever goes wrong: 000604
 * when `signal` is aborted, 000630 at STATEMENT_TIMEOUT_IN_SECONDS, 000603 for a defect.
 */
export async function runStatement(
  runner: StatementRunner,
  run: { readonly queryId: string; readonly sql: SqlSession; readonly request: StatementRequest },
  signal: AbortSignal,
): Promise<FinishedStatement> {
  const timeout = timeoutOf(run.sql, run.request);
  const limited = AbortSignal.any([signal, ...(timeout === undefined ? [] : [timeout.signal])]);
  try {
    const struck = await strike(runner.faults, run.request.sql, limited);
    const request = { queryId: run.queryId, ...run.request, ...struck };
    const result = await run.sql.execute(request, limited);
    const directory = path.join(runner.spoolDirectory, run.queryId);
    const layout = layoutFor(runner.layout, run.sql.state);
    const { columns, statementTypeId, transfer, stats } = result;
    const rows = await spoolRows(result.batches, directory, layout, limited);
    const state = copyState(run.sql.state);
    return {
      columns,
      statementTypeId,
      rows,
      state,
      ...(transfer === undefined ? {} : { transfer }),
      ...(stats === undefined ? {} : { stats }),
    };
  } catch (error) {
    if (signal.aborted) throw canceled();
    if (timeout?.signal.aborted === true) throw timedOut(timeout.seconds);
    if (error instanceof SqlError) throw error;
    runner.log('internal-error', { queryId: run.queryId, sql: run.request.sql, error });
    throw internalError(error);
  }
}

async function strike(
  faults: FaultRegistry,
  sql: string,
  signal: AbortSignal,
): Promise<Pick<ExecuteRequest, 'commitDelay'>> {
  let commitDelay = 0;
  for (const fault of faults.takeForStatement(sql)) {
    if (fault.kind === 'slow-statement') await sleep(fault.ms, undefined, { signal });
    else if (fault.kind === 'late-commit') commitDelay += fault.ms;
    else throw new SqlError(fault.code, fault.sqlState, fault.message);
  }
  return commitDelay === 0 ? {} : { commitDelay };
}

function timeoutOf(session: SqlSession, request: StatementRequest) {
  const name = 'STATEMENT_TIMEOUT_IN_SECONDS';
  const seconds = Number(request.parameters[name] ?? session.state.parameters.get(name) ?? 0);
  // A timer holds at most 2^31-1 ms; Snowflake's own default of two days is below that.
  if (!(seconds > 0 && seconds * 1000 < 2 ** 31)) return undefined;
  return { seconds, signal: AbortSignal.timeout(seconds * 1000) };
}

function timedOut(seconds: number): SqlError {
  const limit = `timeout of ${seconds} second(s)`;
  const message = `Statement reached its statement or warehouse ${limit} and was canceled.`;
  return new SqlError('000630', '57014', message);
}

function layoutFor(layout: ResultLayout, state: SessionState): ResultLayout {
  if (layout.anyChunkSize) return layout;
  const mebibytes = Number(state.parameters.get('CLIENT_RESULT_CHUNK_SIZE') ?? 160);
  return { ...layout, chunkBytes: Math.min(layout.chunkBytes, mebibytes * 1024 * 1024) };
}

/** Another statement of the session may change its state before this one's reply is written. */
function copyState(state: SessionState): SessionState {
  const { database, schema, warehouse, role, parameters } = state;
  return { database, schema, warehouse, role, parameters: new Map(parameters) };
}
