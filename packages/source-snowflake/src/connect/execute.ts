import { translateError, type Doing } from '../errors/translate-error.ts';
import type { Connection, RowStatement } from './driver.ts';

/**
 * Runs a statement to the point where its result can be read, and cancels it at the server when
 * the signal is aborted. Throws catalogue errors, or the signal's reason.
 */
export function execute(
  connection: Connection,
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
    const statement = start(connection, sqlText, (error, finished) => {
      signal.removeEventListener('abort', stop);
      if (error === undefined || error === null) resolve(finished);
      else reject(translateError(error, doing));
    });
  });
}

type Callback = (error: Error | null | undefined, statement: RowStatement) => void;

/** `streamResult`: no row is fetched before somebody reads them. */
function start(connection: Connection, sqlText: string, complete: Callback): RowStatement {
  return connection.execute({ sqlText, streamResult: true, rowMode: 'array', complete });
}
