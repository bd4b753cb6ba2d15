import type { ErrorCode } from '@snowmelt/core';
import type { FaultKind, FaultNames } from '@snowmelt/pg-connection';

const codes: Readonly<Record<FaultKind, ErrorCode>> = {
  unreachable: 'TARGET.UNREACHABLE',
  starting: 'TARGET.CONNECTION_LOST',
  full: 'TARGET.RESOURCES',
  lost: 'TARGET.CONNECTION_LOST',
  silent: 'TARGET.SILENT',
  login: 'TARGET.AUTH_FAILED',
  tls: 'TARGET.TLS',
  'no-database': 'TARGET.DATABASE_NOT_FOUND',
  'closed-database': 'TARGET.DATABASE_NOT_FOUND',
  privilege: 'TARGET.PRIVILEGE',
  missing: 'TARGET.TABLE_MISSING',
  standby: 'TARGET.READ_ONLY',
  pooler: 'TARGET.STATEMENT_FAILED',
  resources: 'TARGET.RESOURCES',
  locked: 'TARGET.LOCKED',
  conflict: 'TARGET.LOCKED',
  raced: 'TARGET.STATEMENT_FAILED',
  cancelled: 'TARGET.STATEMENT_FAILED',
  timeout: 'TARGET.TIMEOUT',
  refused: 'TARGET.STATEMENT_FAILED',
};

export const targetFaults: FaultNames = {
  databaseKey: 'target_pg_database',
  nameOf({ kind, message, retry, sqlState }, { server, statementTimeoutMs = 0 }) {
    const state = sqlState === undefined ? '' : `SQLSTATE ${sqlState}, `;
    const told =
      kind === 'timeout'
        ? `${message} of ${statementTimeoutMs / 1000} s (${server})`
        : `${message} (${state}${server})`;
    return { code: codes[kind], message: told, retry };
  },
};
