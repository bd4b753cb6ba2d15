import { pipeline } from 'node:stream/promises';
import type { Readable, Writable } from 'node:stream';

import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import { Coalesce } from './coalesce.ts';

export interface Copied {
  /** In the target; of a COPY, as PostgreSQL's command tag says. */
  readonly rows: number;
  readonly bytes: number;
  /** Rows beside them that went into quarantine. Absent: none. */
  readonly rejected?: number;
  /** Rows that were inserted or updated. Absent: as many as `rows`. */
  readonly written?: number | 'unknown';
  /** Keys of the source that found the row of another one in the target. Absent: none. */
  readonly met?: number;
  /** Of savepoints in which rows were written: what those rows carry in `xmin`. */
  readonly xids?: readonly string[];
}

/**
 * Sends the stream to a `COPY … FROM STDIN` under backpressure. Where the stream breaks, COPY is
 * told to fail and the stream's own error is thrown, not the COPY error that follows from it.
 */
export async function copyStream(
  client: PoolClient,
  sql: string,
  bytes: Readable,
  signal: AbortSignal,
): Promise<Copied> {
  const coalesce = new Coalesce();
  // What a stream says after it was given up is of no use, and must not end the process.
  bytes.on('error', () => undefined);
  const copy = client.query(copyFrom(sql));
  const closedEarly = watchEarlyClose(bytes, copy);
  try {
    await pipeline(bytes, coalesce, copy, { signal });
  } catch (error) {
    if (!closedEarly() || isSnowmeltError(error)) throw error;
    throw new SnowmeltError('SOURCE.STREAM_BROKEN', 'the data of the chunk ended early', {
      cause: error,
    });
  }
  return { rows: copy.rowCount, bytes: coalesce.bytes };
}

/**
 * A stream that is closed before its end has no error of its own, and `pipeline` then reports the
 * COPY error that follows; so it is noted which of the two came first.
 */
function watchEarlyClose(bytes: Readable, copy: Writable): () => boolean {
  let early = bytes.destroyed && !bytes.readableEnded && bytes.errored === null;
  let refused = false;
  copy.once('error', () => {
    refused = true;
  });
  bytes.once('close', () => {
    early ||= !refused && !bytes.readableEnded && bytes.errored === null;
  });
  return () => early;
}
