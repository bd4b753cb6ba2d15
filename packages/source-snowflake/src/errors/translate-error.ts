import { isSnowmeltError, SnowmeltError, type ErrorCode, type Retry } from '@snowmelt/core';

import { driverError, type DriverError } from './driver-error.ts';

/** What was being done when it failed; it decides what a missing object or an unknown code is. */
export type Doing = 'login' | 'statement' | 'staging' | 'fetching';

/**
 * Codes of Snowflake and of the driver. Sources: snowflake-sdk 3.3, `constants/gs_errors` and
 * `error_code`; docs.snowflake.com/en/user-guide/snowflake-client-repository and the knowledge
 * base for the server's.
 */
const codes: Readonly<Record<string, ErrorCode>> = {
  '390100': 'SOURCE.AUTH_FAILED',
  '390144': 'SOURCE.AUTH_FAILED',
  '390195': 'SOURCE.AUTH_FAILED',
  '390303': 'SOURCE.AUTH_FAILED',
  '390318': 'SOURCE.AUTH_FAILED',
  '390422': 'SOURCE.AUTH_FAILED',
  '390104': 'SOURCE.SESSION_LOST',
  '390111': 'SOURCE.SESSION_LOST',
  '390112': 'SOURCE.SESSION_LOST',
  '390114': 'SOURCE.SESSION_LOST',
  '405503': 'SOURCE.SESSION_LOST',
  '407001': 'SOURCE.SESSION_LOST',
  '407002': 'SOURCE.SESSION_LOST',
  '000604': 'SOURCE.STATEMENT_TIMEOUT',
  '000630': 'SOURCE.STATEMENT_TIMEOUT',
  '000606': 'SOURCE.NO_WAREHOUSE',
  '090073': 'SOURCE.NO_WAREHOUSE',
  '000707': 'SOURCE.SNAPSHOT_GONE',
  // "Change tracking is not enabled or has been missing for the time range requested"
  // (docs.snowflake.com/en/user-guide/dynamic-tables-troubleshooting).
  '091930': 'SOURCE.CHANGES_UNAVAILABLE',
  '002003': 'SOURCE.TABLE_NOT_FOUND',
  '002043': 'SOURCE.TABLE_NOT_FOUND',
  '003001': 'SOURCE.PRIVILEGE',
  '401001': 'SOURCE.NETWORK',
  '401002': 'SOURCE.NETWORK',
  '401003': 'SOURCE.NETWORK',
  '401004': 'SOURCE.SESSION_LOST',
  '402001': 'SOURCE.NETWORK',
  '402002': 'SOURCE.NETWORK',
};

/** Errors of the server that go by themselves: an internal error, and lock conflicts. */
const passing = new Set(['000603', '000625', '000629']);

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
  const code = catalogCode(known, doing);
  return new SnowmeltError(code, describe(known), retryOf(known, code));
}

function catalogCode({ code, message, sqlState, server }: DriverError, doing: Doing): ErrorCode {
  // The driver's own checks of its options.
  if (code.startsWith('404')) return 'CONFIG.INVALID';
  if (doing === 'login') return loginCode({ code, server });
  if (['002003', '002043'].includes(code) && doing === 'staging') return 'SOURCE.FILE_MISSING';
  const known = codes[code];
  if (known !== undefined) return known;
  // Another code of the same message would not be told from a statement that is wrong.
  if (message.includes('Change tracking is not enabled')) return 'SOURCE.CHANGES_UNAVAILABLE';
  if (sqlState === '42501') return 'SOURCE.PRIVILEGE';
  if (sqlState === '57014') return 'SOURCE.STATEMENT_TIMEOUT';
  if (!server) return doing === 'fetching' ? 'SOURCE.STREAM_BROKEN' : 'SOURCE.NETWORK';
  return 'SOURCE.STATEMENT_FAILED';
}

/** A login that the server answered with an error of its own was refused; else it wasn't heard. */
function loginCode({ code, server }: Pick<DriverError, 'code' | 'server'>): ErrorCode {
  return server && !passing.has(code) ? 'SOURCE.AUTH_FAILED' : 'SOURCE.UNREACHABLE';
}

function describe({ message, code, queryId, status }: DriverError): string {
  const facts = [
    `code ${code}`,
    ...(status === undefined ? [] : [`HTTP ${String(status)}`]),
    ...(queryId === undefined ? [] : [`query ${queryId}`]),
  ];
  return `${message.trim()} (${facts.join(', ')})`;
}

function retryOf({ code }: DriverError, catalog: ErrorCode): { retry?: Retry } {
  return catalog === 'SOURCE.STATEMENT_FAILED' && passing.has(code) ? { retry: 'chunk' } : {};
}
