import type { RunId, TableKey } from './table-plan.ts';
import type { TableRef } from './table-schema.ts';

/** Which refused rows are meant. Absent: of all runs, of all tables. */
export interface RejectFilter {
  readonly run?: RunId;
  /** A target table: `name` or `schema.name`. */
  readonly table?: string;
}

export interface RejectQuery extends RejectFilter {
  /** Also those that are loaded by now, or of no use any more. */
  readonly all: boolean;
}

/**
 * `superseded`: a later run has replaced the rows of the table, or has read and merged all of the
 * source again.
 */
export type RejectState = 'open' | 'loaded' | 'superseded';

interface RejectPlace {
  readonly run: RunId;
  readonly table: TableKey;
  readonly target: TableRef;
  readonly state: RejectState;
  /** The target's own for the reason, as a SQLSTATE. */
  readonly code: string;
  readonly column?: string;
}

/** Refused rows of a table in a run that were refused for the same reason. */
export interface RejectGroup extends RejectPlace {
  /** The message, as far as it is the same for all. */
  readonly reason: string;
  readonly rows: number;
}

export interface RejectedRow extends RejectPlace {
  readonly id: string;
  readonly chunk: string;
  /** From 1; absent where the row was refused when the chunk was merged. */
  readonly rowInChunk?: number;
  readonly message: string;
  readonly rejectedAt: Date;
  /** Canonical CSV. Of bytes that are not UTF-8, `\x..` stands for each that is not ASCII. */
  readonly row: string;
}

/** What `retryRejects` did with the refused rows of a table in a run. */
export interface RetriedTable {
  readonly run: RunId;
  readonly table: TableKey;
  readonly target: TableRef;
  /** A live run has the table: it was left alone. */
  readonly busy: boolean;
  readonly loaded: number;
  /** Refused again; `rejects` has the newest reasons. */
  readonly left: number;
}
