import type { ChunkPlan } from './chunk.ts';
import type { Grant } from './grants.ts';
import type { RunId, TablePlan } from './table-plan.ts';
import type { WorkContext } from './work-context.ts';

/** What reading a table asks of the source, beside its metadata, as far as it is known beforehand. */
export interface ReadCost {
  /** Those that plan the chunks, count and compare included. */
  readonly statements: number;
  /** How often all of the table is read; parts of it add up. */
  readonly scans: number;
  /** What the source reads for that, by its catalog. Absent: it says nothing. */
  readonly bytes?: number;
}

/** `snowmelt plan` says what a run would cost. */
export interface Costs {
  /** Of the plan with these chunks, of which rows are compared by a digest or not. Absent: unknown. */
  cost(table: TablePlan, chunks: readonly ChunkPlan[], digest: boolean): ReadCost | undefined;
}

/** What an hour with statements running costs. */
export interface SourcePrice {
  /** Absent: it is not known. */
  readonly creditsPerHour?: number;
  /** What has the price, for people. */
  readonly of: string;
}

/** `max_credits`, and what a run has cost. */
export interface Meters {
  price(context: WorkContext): Promise<SourcePrice>;
  /** Milliseconds so far in which this process had a statement running. */
  activeMs(): number;
  /** Calls `look` before each statement, until disposed. */
  watch(look: () => void): Disposable;
}

/** What the source itself counts of a run, so far. */
export interface AttributedCredits {
  readonly credits: number;
  readonly statements: number;
  /** When the last one of these statements ended. */
  readonly until: Date;
}

/** By run, of runs that something is known of; or why it does not tell, and what has it tell. */
export type Attribution =
  | { readonly byRun: ReadonlyMap<RunId, AttributedCredits> }
  | { readonly refused: string; readonly grant: Grant };

/** `snowmelt status --attributed`, `history --attributed`: what the source says that a run has cost. */
export interface AttributesCredits {
  /** So many hours after a statement it is counted at the latest. */
  readonly lateHours: number;
  /** A statement is forgotten after so many days. */
  readonly keptDays: number;
  /** One question for all the runs, of which none began before `since`, by the clock of whoever asks. */
  attributed(runs: readonly RunId[], since: Date, context: WorkContext): Promise<Attribution>;
}
