import { isSnowmeltError, SnowmeltError, type ErrorCode, type ErrorPlace } from '@snowmelt/core';
import { faultOf, type Fault, type FaultKind } from '@snowmelt/pg-connection';

/** Where it happened, for the message: never more than host, port, user and database. */
export interface ErrorScene {
  /** Such as `db.example.com:5432, database sales`. */
  readonly server: string;
  readonly database?: string;
  readonly role?: string | undefined;
  /** The statement in hand, without its values. */
  readonly sql?: string | undefined;
  /** That a command takes of the server at most. */
  readonly connections?: number | undefined;
  readonly place?: ErrorPlace;
  /** The limit of the session's statements; 0 and absent: none. */
  readonly statementTimeoutMs?: number;
}

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

/**
 * Errors of PostgreSQL, its driver and the network as Snowmelt's; what pg-connection doesn't know is
 * a bug and comes back as it is.
 */
export function translateError(error: unknown, scene: ErrorScene): unknown {
  const { place, ...where } = scene;
  if (isSnowmeltError(error)) return place === undefined ? error : error.at(place);
  const fault = faultOf(error, { ...where, databaseKey: 'target_pg_database' });
  if (fault === undefined) return error;
  const { kind, retry, fix } = fault;
  const placed = place === undefined ? {} : { place };
  return new SnowmeltError(codes[kind], messageOf(fault, scene), {
    retry,
    fix,
    ...placed,
    cause: error,
  });
}

function messageOf({ kind, message, sqlState }: Fault, scene: ErrorScene): string {
  const { server, statementTimeoutMs = 0 } = scene;
  if (kind === 'timeout') return `${message} of ${statementTimeoutMs / 1000} s (${server})`;
  return sqlState === undefined
    ? `${message} (${server})`
    : `${message} (SQLSTATE ${sqlState}, ${server})`;
}
