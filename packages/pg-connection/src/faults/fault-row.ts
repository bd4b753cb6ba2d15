import type { Retry } from '@snowmelt/core';

import type { ServerError } from './server-error.ts';

/** What has happened, as far as it decides what to do. Each adapter has a code for each. */
export type FaultKind =
  | 'unreachable'
  /** The server is there and takes no connection yet: it starts, ends, or recovers. */
  | 'starting'
  /** The server is there and has no connection left: for all, for the database or for the role. */
  | 'full'
  | 'lost'
  /** The connection is there, and nothing comes of it. */
  | 'silent'
  | 'login'
  | 'tls'
  | 'no-database'
  | 'closed-database'
  | 'privilege'
  | 'missing'
  | 'standby'
  | 'pooler'
  | 'resources'
  | 'locked'
  /** Two transactions in each other's way, of which one was ended. */
  | 'conflict'
  /** Two processes that made the same thing at once: a catalog has it now. */
  | 'raced'
  | 'cancelled'
  | 'timeout'
  | 'refused';

export type Fix = string | ((scene: FaultScene, error: ServerError) => string);
export type FaultRow = readonly [kind: FaultKind, retry: Retry, fix: Fix];

/** Where it happened: never more than host, port, user and database. */
export interface FaultScene {
  /** Such as `db.example.com:5432, database sales`. */
  readonly server: string;
  /** The key of the configuration that names the database. */
  readonly databaseKey: 'target_pg_database' | 'status_tracking_database';
  readonly database?: string | undefined;
  readonly role?: string | undefined;
  /** The statement in hand; its values are bound and not part of it. */
  readonly sql?: string | undefined;
  /** That a command takes of the server at most, where it is known. */
  readonly connections?: number | undefined;
  /** The limit of the session's statements; 0 and absent: none. */
  readonly statementTimeoutMs?: number | undefined;
}
