import { createLogger, systemClock, type LogEntry, type WorkContext } from '@snowmelt/core';

export interface TestContext extends WorkContext {
  /** What was logged so far. */
  readonly logged: readonly LogEntry[];
}

/** A context that keeps the log for the test to look at; by default with the real clock. */
export function testContext(parts: Partial<WorkContext> = {}): TestContext {
  const logged: LogEntry[] = [];
  return {
    signal: new AbortController().signal,
    clock: systemClock,
    log: createLogger('debug', (entry) => void logged.push(entry)),
    ...parts,
    logged,
  };
}
