import type { RunReport, TableReport } from '../table/run-report.ts';

export function isDone({ status }: TableReport): boolean {
  return status === 'completed' || status === 'skipped';
}

/** `statusOf` of a run that may be a first try: that one is never `completed`. */
export function statusOfRun(tables: readonly TableReport[], limit?: number): RunReport['status'] {
  const status = statusOf(tables);
  return limit !== undefined && status === 'completed' ? 'partial' : status;
}

/**
 * `failed` where nothing was done and nothing is left to go on with but failures. P1: with rows in
 * quarantine, or keys that share a row, the target does not hold what the source does, and the run is
 * not `completed`.
 */
export function statusOf(tables: readonly TableReport[]): RunReport['status'] {
  if (tables.every(isDone)) {
    return tables.every(({ rejected, met = 0 }) => rejected + met === 0) ? 'completed' : 'partial';
  }
  return tables.every(({ status }) => status === 'failed') ? 'failed' : 'partial';
}
