import type { QueryColumn } from '../sql/statement-handler.ts';

/** A statement as QUERY_HISTORY shows it, and what RESULT_SCAN and time travel need of it. */
export interface HistoryEntry {
  readonly queryId: string;
  readonly text: string;
  readonly user: string;
  readonly role: string | undefined;
  readonly warehouse: string | undefined;
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly sessionId: number;
  readonly tag: string;
  readonly startNs: bigint;
  endNs: bigint | undefined;
  /** When what it wrote became visible, outside of BEGIN. */
  commitNs?: bigint;
  status: 'RUNNING' | 'SUCCESS' | 'FAILED_WITH_ERROR';
  errorCode?: string;
  errorMessage?: string;
  rows: number;
  /** The result while it is small, in the wire's texts; undefined once it is too large. */
  result?: {
    columns: readonly Omit<QueryColumn, 'physical'>[];
    rows: (readonly (string | null)[])[];
    complete: boolean;
  };
}

/**
 * When QUERY_ATTRIBUTION_HISTORY shows a statement: "up to eight hours" after it, and those of about 100
 * milliseconds and less never
 * (https://docs.snowflake.com/en/sql-reference/account-usage/query_attribution_history, "Usage notes").
 * A test sets both to 0.
 */
export interface Attribution {
  lateSeconds: number;
  shortestMs: number;
}

const MOST_ENTRIES = 10_000;
/** Larger results can't be scanned again. */
export const MOST_RESULT_ROWS = 10_000;

/** Results that are kept for RESULT_SCAN. */
const MOST_RESULTS = 100;

export class QueryHistory {
  readonly attribution: Attribution = { lateSeconds: 8 * 3600, shortestMs: 100 };
  readonly entries = new Map<string, HistoryEntry>();
  readonly #withResults: HistoryEntry[] = [];

  add(entry: HistoryEntry): void {
    this.entries.set(entry.queryId, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > MOST_ENTRIES && oldest !== undefined) this.entries.delete(oldest);
    this.#withResults.push(entry);
    if (this.#withResults.length > MOST_RESULTS) delete this.#withResults.shift()?.result;
  }
}
