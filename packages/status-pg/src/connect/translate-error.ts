import { isSnowmeltError, SnowmeltError, type ErrorCode } from '@snowmelt/core';
import { faultOf, type FaultKind, type FaultScene } from '@snowmelt/pg-connection';

/** SQLSTATE; empty where the server has sent no error. */
export function errorCode(error: unknown): string {
  return faultOf(error)?.sqlState ?? '';
}

/**
 * Faults that pass by themselves: a server that restarts, a failover, a broken connection, a
 * deadlock, a statement that was cut short. What is away passes only where it was there before.
 */
export function isTransient(error: unknown): boolean {
  const fault = faultOf(error);
  return fault?.retry === 'chunk' || fault?.kind === 'unreachable' || fault?.kind === 'standby';
}

type Verdict = readonly [code: ErrorCode, says: string];

const away: Verdict = ['STATUS.UNREACHABLE', 'The status database cannot be reached'];
const schema: Verdict = ['STATUS.SCHEMA', 'The status schema is not there, or not all of it'];

/** Absent: a bug. */
const verdicts: Readonly<Partial<Record<FaultKind, Verdict>>> = {
  unreachable: away,
  starting: ['STATUS.UNREACHABLE', 'The status database does not take connections yet'],
  full: ['STATUS.UNREACHABLE', 'The status database has no connections left'],
  lost: away,
  silent: ['STATUS.UNREACHABLE', 'The status database gave no sign of life'],
  login: ['STATUS.UNREACHABLE', 'The status database refused the login'],
  tls: ['STATUS.UNREACHABLE', 'The TLS connection to the status database could not be verified'],
  'no-database': ['STATUS.UNREACHABLE', 'The status database does not exist'],
  'closed-database': ['STATUS.UNREACHABLE', 'The status database takes no connections'],
  privilege: ['STATUS.SCHEMA', 'The PostgreSQL user lacks a privilege in the status database'],
  missing: schema,
  standby: ['STATUS.UNREACHABLE', 'The status database takes no writes'],
  pooler: ['STATUS.POOLER', 'The status database is reached through a pooler'],
  resources: ['STATUS.UNREACHABLE', 'The status database is out of disk or memory'],
  locked: ['STATUS.UNREACHABLE', 'A lock in the status database was not to be had in time'],
  conflict: ['STATUS.UNREACHABLE', 'Transactions of the status database were in each other’s way'],
  raced: ['STATUS.SCHEMA', 'Another process has made the same part of the status schema'],
  cancelled: ['STATUS.UNREACHABLE', 'A statement in the status database was cancelled'],
};

const makeSchema =
  'Run the same command as a role that may CREATE in the status database, or apply the files in sql/status in their order.';

/**
 * Errors of PostgreSQL, its driver and the network as Snowmelt's; what pg-connection doesn't know is
 * a bug and comes back as it is. `server` is host, port and database: neither it nor the messages of
 * the server hold a password.
 */
export function translateError(error: unknown, server: string, where: WhereStatus = {}): unknown {
  if (isSnowmeltError(error)) return error;
  const fault = faultOf(error, { ...where, server, databaseKey: 'status_tracking_database' });
  if (fault === undefined) return error;
  const verdict = fault.sqlState === '42703' ? schema : verdicts[fault.kind];
  if (verdict === undefined) return error;
  const [code, says] = verdict;
  const fix = verdict === schema ? makeSchema : fault.fix;
  return new SnowmeltError(code, `${says} (${server}): ${fault.message}`, { cause: error, fix });
}

export type WhereStatus = Pick<FaultScene, 'database' | 'role' | 'sql'>;
