import { addAbortSignal, type Readable } from 'node:stream';

import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';

import type { Block } from './block.ts';
import { cutBlocks } from './cut-blocks.ts';

/** The blocks of a chunk's stream. A stream that is closed before its end is a broken one. */
export async function* chunkBlocks(bytes: Readable, signal: AbortSignal): AsyncGenerator<Block> {
  // What a stream says after it was given up is of no use, and must not end the process.
  bytes.on('error', () => undefined);
  try {
    yield* cutBlocks(addAbortSignal(signal, bytes));
  } catch (error) {
    if (isSnowmeltError(error) || !endedEarly(error)) throw error;
    throw new SnowmeltError('SOURCE.STREAM_BROKEN', 'the data of the chunk ended early', {
      cause: error,
    });
  }
}

function endedEarly(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
}
