import { stripVTControlCharacters } from 'node:util';

import { Errors } from '@oclif/core';
import { nearestWord, SnowmeltError } from '@snowmelt/core';
import { z } from 'zod';

/**
 * What oclif says of a command line it can't use (an unknown flag, a missing value) as
 * `CLI.USAGE`; nothing for any other error.
 */
export function usageError(error: unknown, bin: string): SnowmeltError | undefined {
  if (!isUsageError(error)) return undefined;
  const [said = ''] = stripVTControlCharacters(error.message).split('\nSee more help');
  const meant = meantFlags(error).map((flag) => `--${flag}`);
  const fix = meant.length === 0 ? '' : `Did you mean ${meant.join(', ')}? `;
  return new SnowmeltError('CLI.USAGE', said.trim(), {
    cause: error,
    fix: `${fix}See ${bin} --help.`,
  });
}

/** Of oclif's error about flags that the command does not have. */
const unknownFlags = z.object({
  flags: z.array(z.string()),
  parse: z.object({ input: z.object({ flags: z.record(z.string(), z.unknown()) }) }),
});

function meantFlags(error: Error): readonly string[] {
  const { success, data } = unknownFlags.safeParse(error);
  if (!success) return [];
  const known = Object.keys(data.parse.input.flags);
  return data.flags.flatMap((flag) => nearestWord(flag.replace(/^-+/u, ''), known) ?? []);
}

export function isUsageError(error: unknown): error is Error {
  return error instanceof Errors.CLIError && !(error instanceof Errors.ExitError);
}

/** The code of a plain end, as after `--help`. */
export function plainExitCode(error: unknown): number | undefined {
  return error instanceof Errors.ExitError ? (error.oclif.exit ?? 0) : undefined;
}
