import { Transform, type TransformCallback } from 'node:stream';

import { SnowmeltError } from '@snowmelt/core';

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
