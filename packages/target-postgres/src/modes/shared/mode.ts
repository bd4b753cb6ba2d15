import type { Finding, Restart, TablePlan, WorkContext } from '@snowmelt/core';

import type { Databases } from '../../connect/databases.ts';
import type { Session } from '../../connect/transaction.ts';
import type { Copied } from '../../copy/copy-stream.ts';
import type { RowRefusal } from '../../copy/copy-error.ts';
import type { TableLedgerRow } from '../../ledger/table-ledger.ts';
import type { ChunkWork, RowsOfBlock, RowsWork, Sent } from '../../quarantine/chunk-work.ts';

export type TablePrivilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE';

export type Statement = 'INSERT' | 'UPDATE' | 'DELETE';

/**
 * All that one mode does otherwise than another, with plans of its own; what follows for others is in
 * `modeTraits`.
 */
export interface Mode<Plan extends TablePlan = TablePlan> extends Rights {
  /** What may stand in the way in a table that is there; one that several modes share is asked once. */
  readonly checks: readonly Check<Plan>[];
  /** The same, of a table that the run creates. */
  readonly checksOfNew: readonly Check<Plan>[];
  readonly prepare: Preparation<Plan>;
  readonly load: ChunkLoad<Plan>;
  /**
   * Puts in place what was gathered, or nothing where the table is not the one any more that it was
   * gathered for. Absent: the chunks have done it.
   */
  readonly publish?: (
    databases: Databases,
    table: Plan,
    context: WorkContext,
  ) => Promise<Restart | undefined>;
  /** A run without rows has left the table as it was: neither statistics nor sequences are looked at. */
  readonly stillWithoutRows?: true;
}

/** What a role needs on a table that it does not own. */
export interface Rights {
  readonly privileges: readonly TablePrivilege[];
  /** To take out what a run that was stopped has added; without it the table is emptied by hand. */
  readonly privilegesAfterStop?: readonly TablePrivilege[];
  /** Where foreign keys act on rows that go: on the table, and on those that the keys belong to. */
  readonly whereKeysAct?: {
    readonly own: readonly TablePrivilege[];
    readonly others: readonly TablePrivilege[];
  };
  /** Statements besides COPY that write rows, as far as no check of the mode looks at their rules. */
  readonly statements?: readonly Statement[];
}

export type Check<Plan extends TablePlan = TablePlan> = (
  session: Session,
  table: Plan,
) => Promise<readonly Finding[]>;

/** Both in the transaction that prepares the table, under the lock of its name. */
export interface Preparation<Plan extends TablePlan = TablePlan> {
  /** Before the plan is in the ledger: what may not stay of earlier runs and plans. */
  readonly clear?: (session: Session, table: Plan, begun: Begun) => Promise<void>;
  /** With the plan in the ledger: what is needed before the first chunk. */
  readonly begin: (session: Session, table: Plan, begun: Begun) => Promise<void>;
}

export interface Begun {
  /** What the ledger had of the table in this run. */
  readonly before: TableLedgerRow | undefined;
  /** The run has planned the table anew: what it loaded by the earlier plan may not stay. */
  readonly again: boolean;
  readonly log: WorkContext['log'];
}

/** Where chunks go, and how. */
export interface ChunkLoad<Plan extends TablePlan = TablePlan> {
  /** What a chunk is COPYed or merged into, quoted. */
  readonly place: (table: TablePlan) => string;
  /** The columns that the fields of a chunk go into, in their order. */
  readonly fields: (table: TablePlan) => readonly string[];
  /** Throws where no chunk can follow any more. Absent: the ledger's row of the table says so. */
  readonly refuseLate?: (session: Session, table: TablePlan) => Promise<void>;
  readonly ways: (table: Plan) => readonly [LoadWay, ...LoadWay[]];
  /** Absent: a chunk goes in whole. */
  readonly rejects?: RejectLoad;
}

export interface LoadWay {
  readonly put: LoadRows;
  /** What of the way before, which has left nothing, leads to this one. Absent: the first. */
  readonly after?: (error: unknown) => boolean;
  readonly event?: string;
}

/** What a way is given: the transaction of the chunk, and its bytes as one COPY. */
export interface LoadRowsRequest {
  readonly session: Session;
  readonly table: TablePlan;
  /** COPYs the chunk's bytes into a table: into the load's fields, or those named. To be called once. */
  readonly copyInto: (quotedTable: string, fields?: readonly string[]) => Promise<Copied>;
}

/** Puts a chunk's rows into the target. What it counts is what the source has sent. */
export type LoadRows = (request: LoadRowsRequest) => Promise<Copied>;

/** Rows of a chunk that the table refuses are kept beside it. */
export interface RejectLoad {
  /** Puts in all others. */
  readonly around: (work: ChunkWork) => Promise<Sent>;
  /** How they go in after all: as their run would have put them in. */
  readonly again: (work: RowsWork) => Promise<PutRows>;
}

export type PutRows = (rows: RowsOfBlock) => Promise<RowRefusal | undefined>;
