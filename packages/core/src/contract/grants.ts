import type { TableJob } from './table-job.ts';

/** SQL that gives a role what it needs: one line or several, and what that is for. */
export interface Grant {
  /** Each statement ends with a semicolon. */
  readonly sql: string;
  readonly why: string;
  /** No run needs it: it is shown, and not carried out with the others. */
  readonly optional?: true;
}

export interface GrantsRequest {
  /** As the configuration, or the database, names it; quoted by whoever writes SQL. */
  readonly role: string;
  readonly tables: readonly TableJob[];
  /** Also ask the server, which has to be there: for what hangs on the tables that are there. */
  readonly ask: boolean;
}
