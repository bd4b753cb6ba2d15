import type { RunId } from './table-plan.ts';

/** A session of ours on the target's server that works, or waits. */
export interface TargetSession {
  /** By which the server, and who administers it, names the session: of its process, or a number alike. */
  readonly pid: number;
  /** Absent: it belongs to no run yet, as while tables are described. */
  readonly run?: RunId;
  /** When its transaction began, ISO 8601. */
  readonly since: string;
  /** What it waits for, in the server's words. Absent: it works. */
  readonly waitsFor?: string;
  /** Who holds what it waits for. */
  readonly blockers: readonly SessionBlocker[];
}

export interface SessionBlocker {
  /** For people; no value of a row, no secret (P7). */
  readonly who: string;
  /** Where it is one of ours. */
  readonly run?: RunId;
  /** The statement that ends it. */
  readonly end: string;
}
