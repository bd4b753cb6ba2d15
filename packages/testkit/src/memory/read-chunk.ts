import { addAbortSignal } from 'node:stream';

import { decodeCsv, SnowmeltError, type ChunkStream } from '@snowmelt/core';

import type { TextRow } from './rows.ts';

/** All rows of a chunk. Those of another number of fields are rows, too: the target judges them. */
export async function readChunk(
  stream: ChunkStream,
  signal: AbortSignal,
): Promise<{ rows: TextRow[]; bytes: number }> {
  const pieces: Buffer[] = [];
  // Leaving the loop, by an error as well, destroys the stream.
  for await (const piece of addAbortSignal(signal, stream.bytes)) pieces.push(Buffer.from(piece));
  const content = Buffer.concat(pieces);
  const rows = parse(content);
  if (stream.expectedRows !== undefined && stream.expectedRows !== rows.length) {
    const message = `${rows.length} rows arrived, ${stream.expectedRows} were announced`;
    throw new SnowmeltError('TARGET.ROW_COUNT_MISMATCH', message);
  }
  return { rows, bytes: content.length };
}

/** Up to an LF that is not within quotes, or to the end. */
const oneRow = /(?:[^"\n]|"[^"]*(?:"|$))*(?:\n|$)/g;

function parse(content: Buffer): TextRow[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    const rows = text.match(oneRow)?.filter((row) => row !== '') ?? [];
    return rows.flatMap((row) => decodeCsv(row));
  } catch (cause) {
    throw new SnowmeltError('TARGET.ROW_REJECTED', `not canonical CSV: ${String(cause)}`, {
      cause,
    });
  }
}
