import { isSnowmeltError, SnowmeltError, type ErrorCode } from '@snowmelt/core';

import { answers, httpPasses, saysTryAgain, type Answer } from './answers.ts';
import { driverError, type DriverError } from './driver-error.ts';

/** What was being done when it failed; it decides what a missing object or an unknown code is. */
export type Doing = 'login' | 'statement' | 'staging' | 'fetching';

/**
 * The driver's or the server's error in the catalogue's words, once, at the adapter's edge
 * (SNOWFLAKE codes in docs/reference/errors.md). Snowflake's message, its code and the query id
 * stay; the driver's error object does not, since it may hold responses. What is no error of the
 * driver is a bug and comes back as it was.
 */
export function translateError(error: unknown, doing: Doing): unknown {
  if (isSnowmeltError(error)) return error;
  const known = driverError(error);
  if (known === undefined) return error;
  const { code, ...how } = answerTo(known, doing);
  return new SnowmeltError(code, describe(known), how);
}

/**
 * "Result for query … has expired" (snowflake-connector-python #1596), and that there is no such
 * statement. Kept for 24 hours: docs.snowflake.com/en/user-guide/querying-persisted-results.
 */
const expiredResult = new Set(['000709', '000710']);

function answerTo(error: DriverError, doing: Doing): Answer {
  const { code, message, sqlState, server } = error;
  // The driver's own checks of its options.
  if (code.startsWith('404')) return { code: 'CONFIG.INVALID' };
  if (doing === 'login') return loginAnswer(error);
  if (['002003', '002043'].includes(code) && doing === 'staging') {
    return { code: 'SOURCE.FILE_MISSING' };
  }
  if (message.includes('Future data is not yet available')) return early;
  if (expiredResult.has(code) && doing === 'fetching') return { code: 'SOURCE.RESULT_EXPIRED' };
  const known = answers[code];
  if (known !== undefined) return known;
  if (!server) return { code: doing === 'fetching' ? 'SOURCE.STREAM_BROKEN' : 'SOURCE.NETWORK' };
  // Another code of the same message would not be told from a statement that is wrong.
  if (message.includes('Change tracking is not enabled')) return unchanged;
  if (saysTryAgain(message)) return { code: 'SOURCE.STATEMENT_FAILED', retry: 'chunk' };
  return { code: states[sqlState ?? ''] ?? 'SOURCE.STATEMENT_FAILED' };
}

/**
 * The clock of whoever answers is behind that of the pin: the point comes. The words are measured
 * (mlorek/frostlake, TimeTravelTest), the code is not.
 */
const early: Answer = {
  code: 'SOURCE.SNAPSHOT_GONE',
  retry: 'chunk',
  fix: 'Nothing: the statement is tried again.',
};
const unchanged: Answer = { code: 'SOURCE.CHANGES_UNAVAILABLE' };
const states: Readonly<Record<string, ErrorCode | undefined>> = {
  '42501': 'SOURCE.PRIVILEGE',
  '57014': 'SOURCE.STATEMENT_TIMEOUT',
};

/** A login that the server answered with an error of its own was refused; else it wasn't heard. */
function loginAnswer({ code, server, status }: DriverError): Answer {
  const known = answers[code];
  if (server && known?.retry === undefined) {
    return known?.code === 'SOURCE.AUTH_FAILED' ? known : { code: 'SOURCE.AUTH_FAILED' };
  }
  if (status !== undefined && !httpPasses(status)) return unknownAccount(status);
  return { code: 'SOURCE.UNREACHABLE' };
}

/** Snowflake's hosts answer so for accounts that they do not have. */
function unknownAccount(status: number): Answer {
  return {
    code: 'SOURCE.UNREACHABLE',
    retry: 'never',
    fix: `Check snowflake.account: HTTP ${status} to a login is the answer for an account that is not there, or not in that region.`,
  };
}

function describe({ message, code, queryId, status }: DriverError): string {
  const facts = [
    `code ${code}`,
    ...(status === undefined ? [] : [`HTTP ${String(status)}`]),
    ...(queryId === undefined ? [] : [`query ${queryId}`]),
  ];
  return `${message.trim()} (${facts.join(', ')})`;
}
