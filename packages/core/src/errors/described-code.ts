import { isErrorCode, type ErrorCode } from './catalog.ts';

/** Of the texts that `describeError` writes; what follows a wrapping one is the cause itself. */
const described =
  /^([A-Z]+\.[A-Z_]+): ((?:a chunk|\d+ chunks) failed: |\d+ of \d+ chunks failed for one cause: |no chunk would do better: )?/u;

/** The code of a failure as status rows have it, of chunks that of their cause; nothing where it is none of the catalogue. */
export function describedCode(error: string): ErrorCode | undefined {
  const [all = '', code, wraps] = described.exec(error) ?? [];
  const cause = wraps === undefined ? undefined : describedCode(error.slice(all.length));
  return cause ?? (code !== undefined && isErrorCode(code) ? code : undefined);
}
