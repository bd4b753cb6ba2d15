import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';

import { SnowmeltError, type Logger } from '@snowmelt/core';

import { htmlReport, type Reported } from './html-report.ts';

const forms: Readonly<Record<string, (reported: Reported) => string>> = {
  '.html': htmlReport,
  '.json': (reported) => `${JSON.stringify(reported, undefined, 2)}\n`,
};

/** Before anything moves: a report that can't be written must not be found out in the morning. */
export async function checkReportFile(file: string): Promise<void> {
  if (forms[extname(file)] === undefined) {
    throw new SnowmeltError('CLI.USAGE', `--report ${file}: a report is an .html or a .json file`, {
      fix: 'Give a name that ends with .html or .json.',
    });
  }
  try {
    await access(dirname(file), constants.W_OK);
  } catch (error) {
    throw new SnowmeltError('CLI.USAGE', `--report ${file}: its folder can not be written to`, {
      cause: error,
      fix: `Make the folder ${dirname(file)}, or choose another one.`,
    });
  }
}

/** A disk that is full by then is told, and changes nothing of the run. */
export async function writeReport(file: string, reported: Reported, log: Logger): Promise<void> {
  try {
    await writeFile(file, forms[extname(file)]?.(reported) ?? '');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    log.warn('report_not_written', { file, message: code });
  }
}
