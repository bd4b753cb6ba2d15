import { isSnowmeltError, type RunReport } from '@snowmelt/core';

import { isUsageError, plainExitCode } from './usage-error.ts';

export const exitCodes = { done: 0, bug: 1, failed: 2, stopped: 3, findings: 4 } as const;

export function exitCodeOf(error: unknown): number {
  if (isSnowmeltError(error)) {
    return error.code === 'RUN.STOPPED' ? exitCodes.stopped : exitCodes.failed;
  }
  return isUsageError(error) ? exitCodes.failed : (plainExitCode(error) ?? exitCodes.bug);
}

/** Tables that are loaded but for rows in quarantine have a finding; their run is `partial`. */
export function exitCodeOfReport({ tables, stopped }: RunReport): number {
  if (tables.every(({ status }) => status === 'completed' || status === 'skipped')) {
    const found = tables.some(({ findings }) => findings.length > 0);
    return found ? exitCodes.findings : exitCodes.done;
  }
  const failed = tables.some(({ status }) => status === 'failed');
  return stopped && !failed ? exitCodes.stopped : exitCodes.failed;
}
