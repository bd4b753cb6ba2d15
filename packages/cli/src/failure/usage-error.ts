import { stripVTControlCharacters } from 'node:util';

import { Errors } from '@oclif/core';
import { SnowmeltError } from '@snowmelt/core';

/**
 * What oclif says of a command line it can't use (an unknown flag, a missing value) as
 * `CLI.USAGE`; nothing for any other error.
 */
export function usageError(error: unknown, bin: string): SnowmeltError | undefined {
  if (!isUsageError(error)) return undefined;
  const [said = ''] = stripVTControlCharacters(error.message).split('\nSee more help');
  return new SnowmeltError('CLI.USAGE', said.trim(), { cause: error, fix: `See ${bin} --help.` });
}

export function isUsageError(error: unknown): error is Error {
  return error instanceof Errors.CLIError && !(error instanceof Errors.ExitError);
}

/** The code of a plain end, as after `--help`. */
export function plainExitCode(error: unknown): number | undefined {
  return error instanceof Errors.ExitError ? (error.oclif.exit ?? 0) : undefined;
}
