import { type Readable, Transform, type TransformCallback, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import { quoteIdentifier } from '../sql/quote-identifier.ts';

export interface Copied {
  /** In the target; of a COPY, as PostgreSQL's command tag says. */
  readonly rows: number;
  readonly bytes: number;
  /** Rows beside them that went into quarantine. Absent: none. */
  readonly rejected?: number;
  /** Rows that were inserted or updated. Absent: as many as `rows`. */
  readonly written?: number | 'unknown';
  /** What a merge made of them. Absent: they were not merged, or not counted. */
  readonly merged?: { readonly inserted: number; readonly updated: number };
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
  client: ClientBase,
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

/** Small enough to bound memory, large enough that a message's own cost is lost in it. */
const messageBytes = 64 * 1024;
const lineFeed = '\n'.charCodeAt(0);

/**
 * Counts bytes and gathers small buffers (gunzip gives 16 KiB) into one COPY message each: every
 * message costs two writes to the socket. At most `messageBytes` and one buffer are held.
 *
 * Ends with `SOURCE.STREAM_BROKEN` where the last row has no LF: PostgreSQL would take the
 * beginning of a cut row for a row (canonical CSV ends every row with LF).
 */
export class Coalesce extends Transform {
  bytes = 0;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #last: number | undefined;

  override _transform(buffer: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += buffer.length;
    this.#last = buffer.at(-1) ?? this.#last;
    this.#held.push(buffer);
    this.#heldBytes += buffer.length;
    if (this.#heldBytes >= messageBytes) this.#pass();
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#last !== undefined && this.#last !== lineFeed) {
      done(new SnowmeltError('SOURCE.STREAM_BROKEN', 'the data of the chunk end within a row'));
      return;
    }
    if (this.#heldBytes > 0) this.#pass();
    done();
  }

  #pass(): void {
    const [only] = this.#held;
    this.push(this.#held.length === 1 ? only : Buffer.concat(this.#held, this.#heldBytes));
    this.#held = [];
    this.#heldBytes = 0;
  }
}

/** The defaults of CSV are the canonical form: comma, quote doubled, NULL is nothing. */
export function copySql(into: string, fields: readonly string[]): string {
  return `COPY ${into} (${fields.map(quoteIdentifier).join(', ')}) FROM STDIN (FORMAT csv)`;
}
