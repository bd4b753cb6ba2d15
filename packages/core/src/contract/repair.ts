import type { Finding } from './finding.ts';
import type { RunId, RunLife } from './table-plan.ts';
import type { TableRef } from './table-schema.ts';

export interface RepairRequest {
  readonly database: string;
  /** Also rows that a swap has gathered in a run which could still go on: then it can't. */
  readonly dropGathered: boolean;
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean;
  /** How it stands with runs; those that nobody knows are absent, and so are all without it. */
  readonly lives?: (runs: readonly RunId[]) => Promise<ReadonlyMap<RunId, RunLife>>;
}

/** What `repair` did in one database, or with `dryRun` would do. */
export interface RepairReport {
  readonly database: string;
  readonly tables: readonly RepairedTable[];
  readonly gathered: readonly RepairedGathering[];
  readonly sessions: readonly RepairedSession[];
}

/** A place in which a run gathers rows or keys beside its table, left behind by one that is gone. */
export interface RepairedGathering {
  readonly place: string;
  /**
   * `kept`: its run can still go on with it. `busy`: a live run has the target. `not-owned`: the
   * role may not drop it.
   */
  readonly outcome: 'removed' | 'kept' | 'busy' | 'not-owned';
  /** Absent where the ledger knows of no run that made it. */
  readonly run?: RunId;
  readonly target?: TableRef;
}

/** A session of the server that works, or waits, for a run. */
export interface RepairedSession {
  /** As the server names it. */
  readonly id: number;
  readonly run: RunId;
  /** When its transaction began, ISO 8601. */
  readonly since: string;
  /**
   * `busy`: its run is alive. `unknown`: the status store knows no such run. `not-allowed`: the role
   * may not end it.
   */
  readonly outcome: 'ended' | 'busy' | 'unknown' | 'not-allowed';
}

export interface RepairedTable {
  readonly target: TableRef;
  /** A live run has the table: it was left alone. */
  readonly busy: boolean;
  /** Indexes and constraints that were missing; those that still are have a finding. */
  readonly owed: readonly string[];
  readonly findings: readonly Finding[];
}
