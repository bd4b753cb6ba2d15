import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import {
  type ChunkPlan,
  type ChunkStream,
  isSnowmeltError,
  SnowmeltError,
  type TablePlan,
} from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import type { Copied } from '../copy/copy-stream.ts';
import { type Block, cutBlocks } from './block.ts';
import type { ChunkWork, Sent } from './chunk-work.ts';
import { allConstraintsSpeak, keysSpeakAtOnce } from './deferred-constraints.ts';
import { Quarantine } from './quarantine.ts';
import { orphansOf } from './self-reference.ts';

export interface LoadAroundRequest {
  readonly session: Session;
  readonly table: TablePlan;
  readonly chunk: ChunkPlan;
  readonly stream: ChunkStream;
  readonly signal: AbortSignal;
}

/**
 * Loads a chunk that has rows which PostgreSQL refuses: all others go into the target and those
 * into `snowmelt.rejected_rows`, in the transaction in hand. The rows are sent in blocks, and only
 * a block that is refused is sent again, in parts. `around` is how the mode puts them in.
 */
export async function loadAround(
  request: LoadAroundRequest,
  around: (work: ChunkWork) => Promise<Sent>,
): Promise<Copied> {
  const { session, table, chunk, stream, signal } = request;
  const quarantine = await Quarantine.open(session, table, chunk);
  const isOrphan = await orphansOf(session, table);
  await keysSpeakAtOnce(session, table);
  const blocks = chunkBlocks(stream.bytes, signal);
  const xids: string[] = [];
  const work: ChunkWork = { session, table, signal, chunk, blocks, quarantine, isOrphan, xids };
  const sent = await around(work);
  await allConstraintsSpeak(session, table);
  const { rejected } = quarantine;
  const rows = sent.rows - rejected;
  const { bytes, written = rows, met = 0 } = sent;
  return { rows, bytes, rejected, written, xids, met };
}

/** The blocks of a chunk's stream. A stream that is closed before its end is a broken one. */
async function* chunkBlocks(bytes: Readable, signal: AbortSignal): AsyncGenerator<Block> {
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
