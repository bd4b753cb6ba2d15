import { type ErrorCode, isSnowmeltError, type Retry, SnowmeltError } from '@snowmelt/core';

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
  fix: 'It was tried again, in vain: run the same command again; it goes on where it stopped.',
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

/** What a code means for whoever asked; `retry` and `fix` where the catalogue's do not fit. */
interface Answer {
  readonly code: ErrorCode;
  readonly retry?: Retry;
  readonly fix?: string;
}

const passes = { code: 'SOURCE.STATEMENT_FAILED', retry: 'chunk' } as const;
const passing: Answer = {
  ...passes,
  fix: 'It was tried again, in vain: run the same command again; it goes on where it stopped.',
};
const lost: Answer = { code: 'SOURCE.SESSION_LOST' };
const network: Answer = { code: 'SOURCE.NETWORK' };
const slow: Answer = { code: 'SOURCE.STATEMENT_TIMEOUT' };
const missing: Answer = { code: 'SOURCE.TABLE_NOT_FOUND' };
const refused = (fix: string): Answer => ({ code: 'SOURCE.AUTH_FAILED', fix });

/**
 * Codes of Snowflake and of the driver, and what is done about each: the one place where what
 * passes by itself is told from what does not. Sources: snowflake-sdk 3.3 `constants/gs_errors`,
 * `error_code` (4xxxxx are its own); gosnowflake `errors.go`; the Python connector's `network.py`;
 * others as noted.
 */
const answers: Readonly<Record<string, Answer | undefined>> = {
  // Logins. 390189 and 390201: gosnowflake `ErrRoleNotExist`, `ErrObjectNotExistOrAuthorized`.
  '390100': refused('Check snowflake.user and its password, key or token.'),
  '390144': refused(
    'Check that the public key of snowflake.rsa_key is set for snowflake.user (DESC USER: RSA_PUBLIC_KEY_FP), that snowflake.account is its account, and the clock of this machine.',
  ),
  '390189': refused('Correct snowflake.role, or GRANT that role to the user.'),
  '390195': refused('Log in again: the kept token of the browser login is not valid any more.'),
  '390201': refused(
    'Correct snowflake.warehouse, or GRANT USAGE on it to snowflake.role; databases likewise.',
  ),
  '390303': refused('Renew the OAuth token of snowflake.token, or check the OAuth client.'),
  '390318': refused('Renew the OAuth token of snowflake.token: it has expired.'),
  '390422': refused(
    "Let the network policy of the account allow this machine's address, or go by a host that it allows.",
  ),
  '394400': refused('Make a new programmatic access token: this one is not valid.'),
  // Sessions. 390110, 390113, 390115: tokens that are gone (Python connector, `network.py`).
  '390104': lost,
  '390110': lost,
  '390111': lost,
  '390112': lost,
  '390113': lost,
  '390114': lost,
  '390115': lost,
  '401004': lost,
  '405503': lost,
  '407001': lost,
  '407002': lost,
  // What the server says of itself. 000603: internal error; 000610: "try again later", which the
  // driver does not; 000625 and 000629: too many wait for a lock, or it was waited for too long.
  '000603': passing,
  '000610': passing,
  '000625': passing,
  '000629': passing,
  '000604': slow,
  '000630': slow,
  '000606': { code: 'SOURCE.NO_WAREHOUSE' },
  '090073': { code: 'SOURCE.NO_WAREHOUSE' },
  '000707': { code: 'SOURCE.SNAPSHOT_GONE' },
  // "Change tracking is not enabled or has been missing for the time range requested"
  // (docs.snowflake.com/en/user-guide/dynamic-tables-troubleshooting).
  '091930': { code: 'SOURCE.CHANGES_UNAVAILABLE' },
  '002003': missing,
  '002043': missing,
  '003001': { code: 'SOURCE.PRIVILEGE' },
  // No answer, or one that is no answer of Snowflake's: HTTP 429 and 5xx among them (402001).
  '401001': network,
  '401002': network,
  '401003': network,
  '402001': network,
  '402002': network,
};

/** HTTP statuses that another try may not meet (snowflake-sdk 3.3, `isRetryableHttpError`). */
function httpPasses(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

/** By its words, where the code is one that nobody has listed. */
function saysTryAgain(message: string): boolean {
  return /\b(?:try again|retry|temporarily unavailable|service unavailable)\b/iu.test(message);
}
