import type { KeptStatements } from './kept-statements.ts';
import type { RunId } from './table-plan.ts';

/** Structured log: one event, one line, a name and fields. Fields never hold a secret. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

export interface Clock {
  now(): Date;
  /** Milliseconds since some beginning, which only go forward, whatever becomes of the time of day. */
  monotonic(): number;
  /** Rejects with the signal's reason when it is aborted meanwhile. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** What every piece of work is handed; nothing is global. */
export interface WorkContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  /** Marks what is asked of the source, for its operators. Absent: as the source is set up. */
  readonly queryTag?: string;
  /** The run that it is asked for, which the mark names as well. Absent: for none. */
  readonly run?: RunId;
  /** What this process waits for at the moment, in words for people. */
  readonly waitsFor?: () => string | undefined;
  /** For the work of a table in a run. Absent: a statement lives no longer than who asks. */
  readonly statements?: KeptStatements;
  /** Is told of parts of a long step that are done for good: another process does not do them again. */
  readonly stepDone?: (part: string) => void;
}
