import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';

import type { Block } from './block.ts';
import { cutBlocks } from './cut-blocks.ts';

/** The blocks of a chunk's stream. A stream that is closed before its end is a broken one. */
export async function* chunkBlocks(bytes: Readable, signal: AbortSignal): AsyncGenerator<Block> {
  // What a stream says after it was given up is of no use, and must not end the process.
  bytes.on('error', () => undefined);
  // A stream of ours in between: one that stands still may not even close when it is told to.
  const through = new PassThrough();
  pipeline(bytes, through, { signal }).catch(() => undefined);
  try {
    yield* cutBlocks(through);
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
