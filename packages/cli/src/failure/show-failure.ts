import {
  isSnowmeltError,
  visible,
  visibleLines,
  type ErrorCode,
  type ErrorPlace,
} from '@snowmelt/core';
import { bold, cyan, red } from 'ansis';

import { terminalJson } from '../terminal/terminal-text.ts';
import { wrapText } from '../terminal/text-width.ts';
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
    message: defectMessage(error),
    fix: 'This is a defect of Snowmelt: report it with the stack that stands above.',
    place: {},
  };
}

/** Lines for people; the message may have several of its own. */
export function formatFailure(failure: FailureView): readonly string[] {
  const place = Object.entries(failure.place).map(([word, value]) => `${word} ${value}`);
  return [
    `${red.bold('Error')} ${bold(`${failure.code}:`)} ${visibleLines(failure.message)}`,
    ...(place.length === 0 ? [] : [`  in ${visible(place.join(', '))}`]),
    `${cyan('Fix:')} ${visibleLines(failure.fix)}`,
  ];
}

export function showFailure(error: unknown, options: { json: boolean; bin: string }): void {
  const failure = viewFailure(error, options.bin);
  if (failure === undefined) return;
  if (failure.code === 'BUG') process.stderr.write(`${visibleLines(stackOf(error))}\n`);
  if (options.json) process.stdout.write(`${terminalJson({ error: failure })}\n`);
  else process.stderr.write(`${wrapLines(formatFailure(failure), process.stderr).join('\n')}\n`);
}

/** No wider than the terminal that the stream is; as they are where it is none. */
export function wrapLines(
  lines: readonly string[],
  { columns = Number.POSITIVE_INFINITY }: { readonly columns?: number },
): readonly string[] {
  return lines.flatMap((line) => wrapText(line, columns));
}

/** Longer ones quote what was worked on. */
const longestMessage = 300;

/**
 * What a defect says, as far as it can't be a text that was worked on, such as rows of a table: a
 * parser's message quotes its input (P7).
 */
function defectMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is no error was thrown';
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_UNHANDLED_REJECTION') return 'something that is no error was thrown';
  if (error instanceof SyntaxError || error.name === 'ZodError') {
    return `a text was not of the expected form (${error.name}; its words may hold data)`;
  }
  const [first = ''] = error.message.split('\n');
  return first.length > longestMessage ? `${first.slice(0, longestMessage)} …` : first;
}

/** Kind and place; not the text of the source, and no property, which may hold a secret (P7). */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return defectMessage(error);
  const { code } = error as NodeJS.ErrnoException;
  const kind = typeof code === 'string' ? `${error.name} [${code}]` : error.name;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /u.test(line));
  return [`${kind}: ${defectMessage(error)}`, ...frames].join('\n');
}
