import type { PostgresVersion } from '../server/test-postgres.ts';

/** A numeric user and group of the operating system. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** What the supervisor is told: one line of JSON on its stdin. */
export interface ServerJob {
  /** The server's directory is made in here, and removed at the end. */
  readonly base: string;
  /** Directory of the `initdb` and `postgres` binaries. */
  readonly bin: string;
  /** Whom the server runs as; absent: whoever started it. */
  readonly user?: ServerUser;
  readonly version: PostgresVersion;
  readonly superuser: string;
  readonly password: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** What the supervisor says: one line of JSON on its stdout. */
export type ServerReport =
  | { readonly type: 'ready'; readonly port: number; readonly directory: string }
  | { readonly type: 'failed'; readonly reason: string };
