import { setTimeout as sleep } from 'node:timers/promises';

import { SnowmeltError } from '@snowmelt/core';

import { withinTime } from '../stream/watchdog.ts';
import type { RowStatement } from './driver.ts';
import type { ExecutingSession } from './execute.ts';

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
export async function watchStatement(
  { connection, network: { idleTimeout } }: ExecutingSession,
  statement: RowStatement,
  ended: AbortSignal,
): Promise<void> {
  let heard = Date.now();
  for (;;) {
    await sleep(idleTimeout / 2, undefined, { signal: ended, ref: false }).catch(() => undefined);
    if (ended.aborted) return;
    const query = statement.getQueryId() as string | undefined;
    if (query !== undefined) {
      const status = await withinTime(connection.getQueryStatus(query), idleTimeout / 2).catch(
        () => 'unknown',
      );
      if (running.has(status)) heard = Date.now();
    }
    if (ended.aborted) return;
    // Half of the time may have gone with the question.
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
