import {
  isSnowmeltError,
  SnowmeltError,
  type ErrorCode,
  type ErrorPlace,
  type SnowmeltErrorOptions,
} from '@snowmelt/core';

import { isServerError, serverHint, serverMessage, type ServerError } from './server-error.ts';

/** Where it happened, for the message: never more than host, port, user and database. */
export interface ErrorScene {
  /** Such as `db.example.com:5432, database sales`. */
  readonly server: string;
  readonly place?: ErrorPlace;
  /** The limit of the session's statements; 0 and absent: none. */
  readonly statementTimeoutMs?: number;
}

/**
 * The one place where errors of PostgreSQL, its driver and the network become Snowmelt's. What it
 * doesn't know is a bug and comes back as it is.
 */
export function translateError(error: unknown, scene: ErrorScene): unknown {
  if (isSnowmeltError(error)) return scene.place === undefined ? error : error.at(scene.place);
  if (isServerError(error)) return fromServer(error, scene);
  return fromNetwork(error, scene);
}

type Verdict = readonly [ErrorCode, Pick<SnowmeltErrorOptions, 'retry' | 'fix'>?];

/** SQLSTATEs first, then their classes (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const verdicts: Readonly<Record<string, Verdict>> = {
  '25006': [
    'TARGET.STATEMENT_FAILED',
    { fix: 'Connect to the primary server: this one takes no writes.' },
  ],
  '3D000': ['TARGET.DATABASE_NOT_FOUND'],
  '3F000': ['TARGET.TABLE_MISSING'],
  '42P01': ['TARGET.TABLE_MISSING'],
  '42501': ['TARGET.PRIVILEGE'],
  '55P03': ['TARGET.LOCKED'],
  '40001': ['TARGET.LOCKED', { fix: 'Nothing: the chunk is tried again.' }],
  '40P01': ['TARGET.LOCKED', { fix: 'Nothing: the chunk is tried again.' }],
  '57014': [
    'TARGET.STATEMENT_FAILED',
    { retry: 'chunk', fix: 'Nothing: somebody cancelled the statement, the chunk is tried again.' },
  ],
  '57P01': ['TARGET.CONNECTION_LOST'],
  '57P02': ['TARGET.CONNECTION_LOST'],
  '57P03': ['TARGET.CONNECTION_LOST'],
  '57P05': ['TARGET.CONNECTION_LOST'],
  '08': ['TARGET.CONNECTION_LOST'],
  '28': ['TARGET.AUTH_FAILED'],
  '53': ['TARGET.RESOURCES'],
  '58': ['TARGET.RESOURCES'],
};

/**
 * A cancelled statement and one that ran out of time have the same SQLSTATE. Their messages may be
 * in any language, but where they are in English, nobody's cancellation is taken for a timeout.
 */
export function isStatementTimeout(error: unknown, limitMs: number): boolean {
  if (limitMs === 0 || !isServerError(error) || error.code !== '57014') return false;
  return !error.message.includes('user request');
}

function fromServer(error: ServerError, scene: ErrorScene): SnowmeltError {
  const { server, place, statementTimeoutMs = 0 } = scene;
  if (isStatementTimeout(error, statementTimeoutMs)) {
    const message = `${serverMessage(error)} of ${statementTimeoutMs / 1000} s (${server})`;
    return new SnowmeltError('TARGET.TIMEOUT', message, { ...placed(place), cause: error });
  }
  const known = verdicts[error.code] ?? verdicts[error.code.slice(0, 2)];
  const [code, options] = known ?? ['TARGET.STATEMENT_FAILED'];
  const message = `${serverMessage(error)} (SQLSTATE ${error.code}, ${server})`;
  const advice = serverHint(error);
  const hint = advice === undefined ? {} : { fix: advice };
  return new SnowmeltError(code, message, { ...hint, ...options, ...placed(place), cause: error });
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ENOENT',
  'EACCES',
]);
const broken = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
/** What pg says itself, without a code. */
const driverMessages: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^timeout expired|^timeout exceeded when trying to connect/, 'TARGET.UNREACHABLE'],
  [/^SASL: /, 'TARGET.AUTH_FAILED'],
  [/does not support SSL connections|establishing an SSL connection/, 'TARGET.TLS'],
  [/^Connection terminated|not queryable$/, 'TARGET.CONNECTION_LOST'],
];

function fromNetwork(error: unknown, { server, place }: ErrorScene): unknown {
  if (!(error instanceof Error)) return error;
  const code = networkCode(firstOf(error));
  if (code === undefined) return error;
  const message = `${firstOf(error).message} (${server})`;
  return new SnowmeltError(code, message, { ...placed(place), cause: error });
}

/** Node gathers the failures of a host with several addresses in an AggregateError. */
function firstOf(error: Error): Error {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return inner instanceof Error ? inner : error;
}

function networkCode(error: Error): ErrorCode | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (unreachable.has(code)) return 'TARGET.UNREACHABLE';
  if (broken.has(code)) return 'TARGET.CONNECTION_LOST';
  if (isTlsCode(code)) return 'TARGET.TLS';
  return driverMessages.find(([pattern]) => pattern.test(error.message))?.[1];
}

/** Node's TLS codes, and OpenSSL's of a certificate that doesn't verify. */
function isTlsCode(code: string): boolean {
  return (
    /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_)/.test(code) ||
    /CERT|_ISSUER|_SIGNATURE|CRL_|HOSTNAME_MISMATCH/.test(code)
  );
}

function placed(place: ErrorPlace | undefined): { place?: ErrorPlace } {
  return place === undefined ? {} : { place };
}
