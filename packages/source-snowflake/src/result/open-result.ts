import { isSnowmeltError, type WorkContext } from '@snowmelt/core';

import { execute, type Session } from '../connect/execute.ts';
import type { Sessions } from '../connect/session-pool.ts';
import type { Doing } from '../errors/translate-error.ts';
import type { OpenResult } from './result-lines.ts';
import { broken, fetchResult, type StatementResult } from './statement-result.ts';

/** Runs a statement to its end and tells where its rows can be read. */
export async function runForResult(
  pool: Sessions,
  { sql, doing = 'statement' }: { readonly sql: string; readonly doing?: Doing },
  context: WorkContext,
): Promise<OpenResult> {
  const result = await pool.with(context, async (session) => {
    const statement = await execute(session, sql, context.signal, doing);
    return fetchResult(session, statement.getQueryId(), context.signal);
  });
  return openedHere(pool, result, context);
}

/** A result whose statement can be run again by whoever asked for it. */
export function openedHere(
  pool: Sessions,
  result: StatementResult,
  context: WorkContext,
): OpenResult {
  return opened(pool, result, context, runAgain);
}

/**
 * The result of a query that has ended, perhaps in another session or process. Throws
 * `SOURCE.RESULT_EXPIRED`, then or when its URLs are renewed, where Snowflake does not keep it any more.
 */
export async function findResult(
  pool: Sessions,
  queryId: string,
  context: WorkContext,
): Promise<OpenResult> {
  const { signal } = context;
  const find = pool.with(context, (session) => fetchResult(session, queryId, signal));
  return opened(pool, await find, context);
}

function opened(
  pool: Sessions,
  result: StatementResult,
  context: WorkContext,
  asSeen = (error: unknown): unknown => error,
): OpenResult {
  const refresh = async (signal: AbortSignal) => {
    const fetch = (session: Session) => fetchResult(session, result.queryId, signal);
    try {
      return await pool.with({ ...context, signal }, fetch);
    } catch (error) {
      throw asSeen(error);
    }
  };
  return { result, network: pool.network, refresh };
}

/** Whoever has run the statement can run it again. */
function runAgain(error: unknown): unknown {
  const expired = isSnowmeltError(error) && error.code === 'SOURCE.RESULT_EXPIRED';
  return expired ? broken(error.message) : error;
}
