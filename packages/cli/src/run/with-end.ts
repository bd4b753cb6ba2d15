import type { RunReport } from '@snowmelt/core';
import { noticeOf, noticeOfError, notifyEnd } from '@snowmelt/wiring';

import { makeLogger } from '../base/setup.ts';
import { viewFailure } from '../failure/show-failure.ts';
import { checkReportFile, writeReport } from '../report/write-report.ts';
import { viewReport } from '../show/run-report.ts';
import type { Migration } from './migrate.ts';

/** Runs it, and tells its end to all who want to know, also where it throws. */
export async function withEnd(
  { config, flags }: Pick<Migration, 'config' | 'flags'>,
  run: () => Promise<RunReport>,
  file?: string,
): Promise<RunReport> {
  if (file !== undefined) await checkReportFile(file);
  const log = makeLogger(flags);
  try {
    const report = await run();
    if (file !== undefined) await writeReport(file, viewReport(report), log);
    await notifyEnd(config.notify, noticeOf(report), log);
    return report;
  } catch (error) {
    const failure = viewFailure(error, 'snowmelt');
    if (failure === undefined) throw error;
    const { code, message, fix } = failure;
    log.error('run_failed', { code, message, fix });
    if (file !== undefined) await writeReport(file, { error: failure }, log);
    await notifyEnd(config.notify, noticeOfError(failure), log);
    throw error;
  }
}
