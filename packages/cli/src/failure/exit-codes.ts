import { isSnowmeltError, type RunReport } from '@snowmelt/core';

import { isUsageError, plainExitCode } from './usage-error.ts';

export const exitCodes = { done: 0, bug: 1, failed: 2, stopped: 3, findings: 4 } as const;

export function exitCodeOf(error: unknown): number {
  if (isSnowmeltError(error)) {
    return error.code === 'RUN.STOPPED' ? exitCodes.stopped : exitCodes.failed;
  }
  return isUsageError(error) ? exitCodes.failed : (plainExitCode(error) ?? exitCodes.bug);
}

export function exitCodeOfReport(report: RunReport): number {
  // Also where rows in quarantine keep the run from being `completed`: nothing is left to do.
  if (report.tables.every(({ status }) => status === 'completed' || status === 'skipped')) {
    const found = report.tables.some(({ findings }) => findings.length > 0);
    return found || report.status !== 'completed' ? exitCodes.findings : exitCodes.done;
  }
  const failed = report.tables.some(({ status }) => status === 'failed');
  return report.stopped && !failed ? exitCodes.stopped : exitCodes.failed;
}
