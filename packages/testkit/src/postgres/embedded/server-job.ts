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
  /** The directory of another server, whose {@link templateFolder} is the data to begin with. */
  readonly template?: string;
  /** Whether this server's directory gets a {@link templateFolder}. */
  readonly keepsTemplate: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

/** In a server's directory: its data as `initdb` has made them, and the password that is in them. */
export const templateFolder = 'template';
export const passwordName = 'password';

/** A later line on its stdin: `kill -9` of the server, which is started again on its data and port. */
export const crashLine = 'crash';

/** What the supervisor says: a line of JSON on its stdout for each start. */
export type ServerReport =
  | { readonly type: 'ready'; readonly port: number; readonly directory: string }
  | { readonly type: 'failed'; readonly reason: string };
