import type { WorkContext } from '@snowmelt/core';

import { execute } from '../connect/execute.ts';
import type { Sessions } from '../connect/session-pool.ts';
import type { Doing } from '../errors/translate-error.ts';
import type { OpenResult } from './result-lines.ts';
import { fetchResult, type StatementResult } from './statement-result.ts';

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
  return opened(pool, result, context);
}

/** The result of a query that has ended, perhaps in another session or process. */
export async function findResult(
  pool: Sessions,
  queryId: string,
  context: WorkContext,
): Promise<OpenResult> {
  const { signal } = context;
  const find = pool.with(context, (session) => fetchResult(session, queryId, signal));
  return opened(pool, await find, context);
}

function opened(pool: Sessions, result: StatementResult, context: WorkContext): OpenResult {
  const refresh = (signal: AbortSignal) =>
    pool.with({ ...context, signal }, (session) => fetchResult(session, result.queryId, signal));
  return { result, network: pool.network, refresh };
}
