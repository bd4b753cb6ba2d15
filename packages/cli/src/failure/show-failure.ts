import { inspect } from 'node:util';

import { isSnowmeltError, type ErrorCode, type ErrorPlace } from '@snowmelt/core';
import { bold, cyan, red } from 'ansis';

import { plainExitCode, usageError } from './usage-error.ts';

/** A failure in the shape that `--json` prints. */
export interface FailureView {
  /** `BUG` for whatever is not an expected failure. */
  readonly code: ErrorCode | 'BUG';
  readonly message: string;
  readonly fix: string;
  readonly place: ErrorPlace;
}

/** Nothing for what is no failure, as the end of `--help`. */
export function viewFailure(error: unknown, bin: string): FailureView | undefined {
  const expected = isSnowmeltError(error) ? error : usageError(error, bin);
  if (expected !== undefined) {
    const { code, message, fix, place } = expected;
    return { code, message, fix, place };
  }
  if (plainExitCode(error) !== undefined) return undefined;
  return {
    code: 'BUG',
    message: error instanceof Error ? error.message : inspect(error),
    fix: 'This is a defect of Snowmelt: report it with the stack that stands above.',
    place: {},
  };
}

/** Lines for people; the message may have several of its own. */
export function formatFailure(failure: FailureView): readonly string[] {
  const place = Object.entries(failure.place).map(([word, value]) => `${word} ${value}`);
  return [
    `${red.bold('Error')} ${bold(`${failure.code}:`)} ${failure.message}`,
    ...(place.length === 0 ? [] : [`  in ${place.join(', ')}`]),
    `${cyan('Fix:')} ${failure.fix}`,
  ];
}

export function showFailure(error: unknown, options: { json: boolean; bin: string }): void {
  const failure = viewFailure(error, options.bin);
  if (failure === undefined) return;
  if (failure.code === 'BUG') process.stderr.write(`${stackOf(error)}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ error: failure }, undefined, 2)}\n`);
  else process.stderr.write(`${formatFailure(failure).join('\n')}\n`);
}

/** The message and where it was thrown; properties of the error may hold a secret (P7). */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : inspect(error);
}
