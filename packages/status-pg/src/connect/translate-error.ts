import { isSnowmeltError, SnowmeltError, type ErrorCode } from '@snowmelt/core';

/** SQLSTATE, or Node's code of a system or TLS error; empty where there is none. */
export function errorCode(error: unknown): string {
  const code = (firstOf(error) as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** Node gathers the failures of a host with several addresses in an AggregateError. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
}

function messageOf(error: unknown): string {
  const first = firstOf(error);
  return first instanceof Error ? first.message : String(first);
}

/**
 * Faults that pass by themselves: a server that restarts, a failover, a broken connection, a
 * deadlock, a statement that was cut short.
 */
export function isTransient(error: unknown): boolean {
  const code = errorCode(error);
  if (/^(08...|57P0[1-35]|40001|40P01|55P03|57014|25006|53300)$/.test(code)) return true;
  if (/^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT$)/.test(code)) {
    return true;
  }
  return /^(Connection terminated|Query read timeout|timeout exp|timeout exceeded|Client has encountered a connection error)|not queryable$/.test(
    messageOf(error),
  );
}

type Verdict = readonly [code: ErrorCode, says: string, fix?: string];

/** SQLSTATEs first, then their classes (PostgreSQL documentation, "PostgreSQL Error Codes"). */
const verdicts: Readonly<Record<string, Verdict>> = {
  '28': [
    'STATUS.UNREACHABLE',
    'The status database refused the login',
    'Check postgres.user, postgres.password and pg_hba.conf.',
  ],
  '3D000': [
    'STATUS.UNREACHABLE',
    'The status database does not exist',
    'Create it, or correct status_tracking_database.',
  ],
  '53': ['STATUS.UNREACHABLE', 'The status database is out of disk, memory or connections'],
  '55P03': [
    'STATUS.UNREACHABLE',
    'A lock in the status database was not to be had in time',
    'See pg_locks for the session that has it, and end that session.',
  ],
  '25006': [
    'STATUS.UNREACHABLE',
    'The status database takes no writes',
    'Connect to the primary server.',
  ],
  '42501': [
    'STATUS.SCHEMA',
    'The PostgreSQL user lacks a privilege on the status schema',
    'Grant USAGE and CREATE on schema migration_status and all rights on its tables and sequences.',
  ],
  '3F000': ['STATUS.SCHEMA', 'The status schema is not there'],
  '42P01': ['STATUS.SCHEMA', 'A table of the status schema is not there'],
  '42703': ['STATUS.SCHEMA', 'A column of the status schema is not there'],
};

/**
 * The one place where errors of PostgreSQL, its driver and the network become Snowmelt's. What it
 * doesn't know is a bug and comes back as it is. `server` is host, port and database: neither it
 * nor the server's messages hold a password.
 */
export function translateError(error: unknown, server: string): unknown {
  if (isSnowmeltError(error)) return error;
  const code = errorCode(error);
  const verdict = verdicts[code] ?? verdicts[code.slice(0, 2)] ?? networkVerdict(error, code);
  if (verdict === undefined) return error;
  const [as, says, fix] = verdict;
  const message = `${says} (${server}): ${messageOf(error)}`;
  return new SnowmeltError(as, message, { cause: error, ...(fix === undefined ? {} : { fix }) });
}

function networkVerdict(error: unknown, code: string): Verdict | undefined {
  if (isTransient(error)) return ['STATUS.UNREACHABLE', 'The status database cannot be reached'];
  if (/^SASL|password/i.test(messageOf(error)) && code === '') return verdicts['28'];
  const tls = /^ERR_(TLS|SSL|OSSL)_|CERT|_ISSUER|_SIGNATURE|HOSTNAME_MISMATCH/.test(code);
  if (tls || /SSL connection/.test(messageOf(error))) {
    return [
      'STATUS.UNREACHABLE',
      'The TLS connection to the status database could not be verified',
      'Give the certificate authority in postgres.ssl.ca.',
    ];
  }
  return undefined;
}
