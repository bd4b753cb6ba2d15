import { isErrorCode, type ErrorCode } from './catalog.ts';

/** Of the texts that `describeError` writes: of a chunk's failure that of the chunk. */
const described = /^([A-Z]+\.[A-Z_]+): (?:(?:a chunk|\d+ chunks) failed: ([A-Z]+\.[A-Z_]+): )?/u;

/** The code of a failure as status rows have it; nothing where it is none of the catalogue. */
export function describedCode(error: string): ErrorCode | undefined {
  const [, code, ofChunk] = described.exec(error) ?? [];
  const known = ofChunk ?? code;
  return known !== undefined && isErrorCode(known) ? known : undefined;
}
