import { setTimeout as sleep } from 'node:timers/promises';

import { isSnowmeltError, SnowmeltError, tellWait, type TellWait } from '@snowmelt/core';

import { type Doing, translateError } from '../errors/translate-error.ts';
import { withinTime } from '../stream/watchdog.ts';
import type { Connection, RowStatement } from './driver.ts';
import type { Meter } from './meter.ts';
import type { Network } from './network.ts';

/** A session that is lent, and the tag of what is run in it. */
export interface Session {
  readonly connection: Connection;
  readonly queryTag: string;
  /** Where the session lives, and how to reach it beside the driver. */
  readonly accessUrl: string;
  readonly network: Network;
  /** While a statement is held, the session is not ended at the server: that would end the statement. */
  hold(query: string): void;
  letGo(query: string): void;
  readonly meter: Meter;
}

/** What it takes to run a statement without reading rows. */
export type ExecutingSession = Pick<Session, 'connection' | 'queryTag'> & {
  readonly accessUrl: string;
  readonly network: Pick<Network, 'idleTimeout'> & { readonly onWait?: TellWait | undefined };
  /** Absent: nobody counts what it costs. */
  readonly meter?: Meter;
};

/**
 * Runs a statement to the point where its result can be read, and cancels it at the server when
 * the signal is aborted or nothing is heard of it any more. Throws catalogue errors, or the
 * signal's reason.
 */
export async function execute(
  session: ExecutingSession,
  sql: string | AsynchronousSql,
  signal: AbortSignal,
  doing: Doing = 'statement',
): Promise<RowStatement> {
  using _running = session.meter?.begin();
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<RowStatement>();
  const end = new AbortController();
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  const statement = start(session, sql, (error, finished) => {
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

/** The server answers with the query's id at once, and works on whether anybody listens or not. */
export interface AsynchronousSql {
  readonly asynchronous: string;
}

type Callback = (error: Error | null | undefined, statement: RowStatement) => void;

/**
 * `streamResult`: the driver fetches no row; they are read beside it (`fetchResult`). QUERY_TAG as a parameter of the
 * statement is what the driver makes of its own `queryTag`, which would win over this one
 * (snowflake-sdk 3.3, connection/statement): so a session serves tables with different tags.
 */
function start(
  { connection, queryTag }: ExecutingSession,
  sql: string | AsynchronousSql,
  complete: Callback,
): RowStatement {
  const parameters = { QUERY_TAG: queryTag };
  const isAsync = typeof sql !== 'string';
  return connection.execute({
    sqlText: isAsync ? sql.asynchronous : sql,
    ...(isAsync ? { asyncExec: true } : {}),
    parameters,
    streamResult: true,
    rowMode: 'array',
    complete,
  });
}

const running: ReadonlySet<string> = new Set([
  'RUNNING',
  'QUEUED',
  'BLOCKED',
  'RESUMING_WAREHOUSE',
  'QUEUED_REPARING_WAREHOUSE',
  'RESTARTED',
]);

/**
 * Throws `SOURCE.NETWORK` when nothing has been heard of a statement for the session's idle time.
 * The driver would repeat its requests a thousand times (snowflake-sdk 3.3, connection_config).
 * Snowflake answers a request for a result within 45 seconds, with "in progress" if need be; from
 * then on its own word that the statement runs is a sign of life. Ends with the signal.
 */
async function watchStatement(
  { connection, accessUrl, network: { idleTimeout, onWait } }: ExecutingSession,
  statement: RowStatement,
  ended: AbortSignal,
): Promise<void> {
  let heard = Date.now();
  let says: string | undefined;
  const waiting = { for: 'Snowflake: a statement', where: new URL(accessUrl).host };
  using _told = tellWait(onWait, waiting, () => says);
  for (;;) {
    await sleep(idleTimeout / 4, undefined, { signal: ended, ref: false }).catch(() => undefined);
    if (ended.aborted) return;
    const query = statement.getQueryId() as string | undefined;
    if (query !== undefined) {
      says = await withinTime(connection.getQueryStatus(query), idleTimeout / 4).catch(
        () => undefined,
      );
      if (says !== undefined && running.has(says)) heard = Date.now();
    }
    if (ended.aborted) return;
    // A quarter of the time may have gone with the question.
    if (Date.now() - heard >= idleTimeout * 0.9) throw silence(idleTimeout, query);
  }
}

function silence(milliseconds: number, query: string | undefined): SnowmeltError {
  const about = query === undefined ? '' : ` (query ${query})`;
  return new SnowmeltError(
    'SOURCE.NETWORK',
    `Snowflake gave no answer for ${String(milliseconds / 1000)} s${about}.`,
  );
}
