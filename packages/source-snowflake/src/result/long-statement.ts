import { createHash } from 'node:crypto';

import {
  isSnowmeltError,
  type ErrorCode,
  type JsonObject,
  type KeptStatements,
  type WorkContext,
} from '@snowmelt/core';
import { z } from 'zod';

import { execute, type Session } from '../connect/execute.ts';
import { repeat } from '../connect/repeat.ts';
import type { Sessions } from '../connect/session-pool.ts';
import { openedHere, runForResult } from './open-result.ts';
import { resultRows, type NamedRows } from './result-rows.ts';
import type { OpenResult } from './result-lines.ts';
import { cancelQuery, fetchResult, type StatementResult } from './statement-result.ts';

/** A statement that may take longer than the process that begins it lives. */
export interface LongStatement {
  readonly sql: string;
  /** What it reads, and as of when: whoever says the same may have its result. Absent: `sql`. */
  readonly reads?: string;
  /** Found again with it. */
  readonly note?: JsonObject;
}

export interface LongResult {
  readonly open: OpenResult;
  /** Of the statement that has given the result, which may be an earlier one of the same `reads`. */
  readonly note: JsonObject;
}

/** Milliseconds after which a statement is worth being kept. */
const keepAfter = 3000;

const keptShape = z.looseObject({ query: z.string(), note: z.record(z.string(), z.json()) });

/**
 * Runs a statement asynchronously, so that it does not end with this process (`asyncExec` of the
 * driver's requests: docs.snowflake.com/en/developer-guide/node-js/nodejs-driver-execute, "Executing
 * statements asynchronously"). What takes long is kept by its query's id, and whoever asks for the same
 * in the run waits for that one: it is not begun again. One that was found and fails is. Without
 * `context.statements` it runs as any other.
 */
export async function runLong(
  pool: Sessions,
  statement: LongStatement,
  context: WorkContext,
): Promise<LongResult> {
  const { sql, note = {}, reads = sql } = statement;
  const { statements } = context;
  if (statements === undefined) return { open: await runForResult(pool, { sql }, context), note };
  const name = createHash('sha256').update(reads).digest('hex').slice(0, 32);
  const work: Work = { pool, context, statements, name, note };
  const found = await takeFound(work);
  if (found !== undefined) return found;
  const result = await begin(work, sql);
  return { open: openedHere(pool, result, context), note };
}

/** All rows of a small result that may be long in coming, as `queryRows`. */
export async function queryLong(
  pool: Sessions,
  sql: string,
  context: WorkContext,
): Promise<NamedRows> {
  return repeat(pool.tries, context, async () => {
    const { open } = await runLong(pool, { sql }, context);
    return resultRows(open, context.signal);
  });
}

interface Work {
  readonly pool: Sessions;
  readonly context: WorkContext;
  readonly statements: KeptStatements;
  readonly name: string;
  readonly note: JsonObject;
}

/** What an earlier try, or an earlier process, has begun; nothing where that came to no good end. */
async function takeFound(work: Work): Promise<LongResult | undefined> {
  const { pool, context, statements, name } = work;
  const { data: kept } = keptShape.safeParse(await statements.find(name));
  if (kept === undefined) return undefined;
  const { query, note } = kept;
  context.log.info('statement_found', { query });
  try {
    const result = await pool.with(context, (session) => waitFor(session, query, work));
    return { open: openedHere(pool, result, context), note };
  } catch (error) {
    if (context.signal.aborted || !isSnowmeltError(error) || isPassing(error.code)) throw error;
    context.log.warn('statement_lost', { query, code: error.code, message: error.message });
    return undefined;
  }
}

/** In a session of its own for all its time; where that is lost, another one waits for the query. */
async function begin(work: Work, sql: string): Promise<StatementResult> {
  const { pool, context } = work;
  let query: string | undefined;
  return pool.with(context, async (session) => {
    if (query === undefined) {
      const statement = await execute(session, { asynchronous: sql }, context.signal);
      query = statement.getQueryId();
      session.hold(query);
    }
    return await waitFor(session, query, work, keepIn(work, query));
  });
}

interface Keeping {
  now(): Promise<void>;
  stop(): void;
}

/** Keeps the query once it has taken its time, or when somebody can't wait for it any longer. */
function keepIn({ statements, name, note, context }: Work, query: string): Keeping {
  let kept: Promise<void> | undefined;
  const now = (): Promise<void> => (kept ??= statements.keep(name, { query, note }));
  const timer = setTimeout(() => {
    now().catch((error: unknown) => {
      kept = undefined;
      context.log.warn('statement_not_kept', { query, message: String(error) });
    });
  }, keepAfter);
  return { now, stop: () => clearTimeout(timer) };
}

async function waitFor(
  session: Session,
  query: string,
  { context, statements, name }: Work,
  keeping?: Keeping,
): Promise<StatementResult> {
  const { signal } = context;
  using _running = session.meter.begin();
  try {
    const result = await fetchResult(session, query, signal);
    session.letGo(query);
    keeping?.stop();
    await statements.forget(name);
    return result;
  } catch (error) {
    keeping?.stop();
    if (staysAtWork(error, { signal, statements })) {
      // Without it the statement is begun again, which costs, and is right all the same.
      await keeping?.now().catch(() => undefined);
      throw error;
    }
    session.letGo(query);
    if (signal.aborted) await cancelQuery(session, query).catch(() => undefined);
    await statements.forget(name).catch(() => undefined);
    throw error;
  }
}

function staysAtWork(
  error: unknown,
  { signal, statements }: { signal: AbortSignal; statements: KeptStatements },
): boolean {
  if (hasCode(signal.reason, 'RUN.CREDITS_SPENT')) return false;
  if (signal.aborted) return statements.outlive || hasCode(signal.reason, 'RUN.LEASE_LOST');
  return isSnowmeltError(error) && isPassing(error.code);
}

/** Of a lost lease: another worker has the chunk, and waits for the same statement. */
function hasCode(reason: unknown, code: ErrorCode): boolean {
  return isSnowmeltError(reason) && reason.code === code;
}

/** The way to the server is broken; of the statement that says nothing. */
function isPassing(code: ErrorCode): boolean {
  return ['SOURCE.NETWORK', 'SOURCE.SESSION_LOST', 'SOURCE.STREAM_BROKEN'].includes(code);
}
