import type { ErrorCode } from '@snowmelt/core';
import type { FaultKind, FaultNames } from '@snowmelt/pg-connection';

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

export const statusFaults: FaultNames = {
  databaseKey: 'status_tracking_database',
  nameOf({ kind, message, sqlState }, { server }) {
    const verdict = sqlState === '42703' ? schema : verdicts[kind];
    if (verdict === undefined) return undefined;
    const [code, says] = verdict;
    const advice = verdict === schema ? { fix: makeSchema } : {};
    return { code, message: `${says} (${server}): ${message}`, ...advice };
  },
};
