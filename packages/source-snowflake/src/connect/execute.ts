import { translateError, type Doing } from '../errors/translate-error.ts';
import type { Connection, RowStatement } from './driver.ts';
import type { Network } from './network.ts';

/** A session that is lent, and the tag of what is run in it. */
export interface Session {
  readonly connection: Connection;
  readonly queryTag: string;
  /** Where the session lives, and how to reach it beside the driver. */
  readonly accessUrl: string;
  readonly network: Network;
}

/**
 * Runs a statement to the point where its result can be read, and cancels it at the server when
 * the signal is aborted. Throws catalogue errors, or the signal's reason.
 */
export function execute(
  session: Pick<Session, 'connection' | 'queryTag'>,
  sqlText: string,
  signal: AbortSignal,
  doing: Doing = 'statement',
): Promise<RowStatement> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      // Whether the server still hears it makes no difference to the caller.
      statement?.cancel(() => undefined);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
    const statement = start(session, sqlText, (error, finished) => {
      signal.removeEventListener('abort', stop);
      if (error === undefined || error === null) resolve(finished);
      else reject(translateError(error, doing));
    });
  });
}

type Callback = (error: Error | null | undefined, statement: RowStatement) => void;

/**
 * `streamResult`: the driver fetches no row; they are read beside it (`fetchResult`). QUERY_TAG as a parameter of the
 * statement is what the driver makes of its own `queryTag`, which would win over this one
 * (snowflake-sdk 3.3, connection/statement): so a session serves tables with different tags.
 */
function start(
  { connection, queryTag }: Pick<Session, 'connection' | 'queryTag'>,
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
