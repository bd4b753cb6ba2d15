import { isSnowmeltError } from '@snowmelt/core';

import { translateError, type Doing } from '../errors/translate-error.ts';
import type { Connection, RowStatement } from './driver.ts';
import type { Network } from './network.ts';
import { watchStatement } from './watch-statement.ts';

/** A session that is lent, and the tag of what is run in it. */
export interface Session {
  readonly connection: Connection;
  readonly queryTag: string;
  /** Where the session lives, and how to reach it beside the driver. */
  readonly accessUrl: string;
  readonly network: Network;
}

/** What it takes to run a statement without reading rows. */
export type ExecutingSession = Pick<Session, 'connection' | 'queryTag'> & {
  readonly network: Pick<Network, 'idleTimeout'>;
};

/**
 * Runs a statement to the point where its result can be read, and cancels it at the server when
 * the signal is aborted or nothing is heard of it any more. Throws catalogue errors, or the
 * signal's reason.
 */
export async function execute(
  session: ExecutingSession,
  sqlText: string,
  signal: AbortSignal,
  doing: Doing = 'statement',
): Promise<RowStatement> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<RowStatement>();
  const end = new AbortController();
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  const statement = start(session, sqlText, (error, finished) => {
    if (error === undefined || error === null) resolve(finished);
    else reject(translateError(error, doing));
  });
  watchStatement(session, statement, end.signal).catch(reject);
  try {
    return await promise;
  } catch (error) {
    // Whether the server still hears it makes no difference to the caller.
    if (signal.aborted || isUnheard(error)) statement.cancel(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    end.abort();
  }
}

function isUnheard(error: unknown): boolean {
  return isSnowmeltError(error) && error.code === 'SOURCE.NETWORK';
}

type Callback = (error: Error | null | undefined, statement: RowStatement) => void;

/**
 * `streamResult`: the driver fetches no row; they are read beside it (`fetchResult`). QUERY_TAG as a parameter of the
 * statement is what the driver makes of its own `queryTag`, which would win over this one
 * (snowflake-sdk 3.3, connection/statement): so a session serves tables with different tags.
 */
function start(
  { connection, queryTag }: ExecutingSession,
  sqlText: string,
  complete: Callback,
): RowStatement {
  const parameters = { QUERY_TAG: queryTag };
  return connection.execute({
    sqlText,
    parameters,
    streamResult: true,
    rowMode: 'array',
    complete,
  });
}
