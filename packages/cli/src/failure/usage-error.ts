import { Errors } from '@oclif/core';

/** What oclif says of a command line it can't use: an unknown flag, a missing value. */
export function isUsageError(error: unknown): error is Error {
  return error instanceof Errors.CLIError && !(error instanceof Errors.ExitError);
}

/** The code of a plain end, as after `--help`. */
export function plainExitCode(error: unknown): number | undefined {
  return error instanceof Errors.ExitError ? (error.oclif.exit ?? 0) : undefined;
}
