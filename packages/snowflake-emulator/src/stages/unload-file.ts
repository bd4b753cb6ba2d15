/** One file of an unload: records in, compressed bytes on disk, counted and hashed on the way. */

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { compressor } from './compression.ts';
import type { Compression } from './compression.ts';
import type { RecordBlock } from './record-block.ts';

export interface UnloadFileOptions {
  readonly path: string;
  readonly compression: Compression;
  readonly header: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** What became of a file. Sizes in bytes. */
export interface WrittenFile {
  readonly path: string;
  readonly rows: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Hex. */
  readonly md5: string;
}

export interface UnloadFile {
  /** Bytes that left the compressor so far; it runs behind what was written. */
  readonly bytesOut: number;
  write(block: RecordBlock): Promise<void>;
  finish(): Promise<WrittenFile>;
  /** Stops without an error; the file is left as it is. */
  abandon(): Promise<void>;
}

export function openUnloadFile(options: UnloadFileOptions): UnloadFile {
  const { path, header, signal } = options;
  const input = compressor(options.compression) ?? new PassThrough();
  const hash = createHash('md5');
  const count = { rows: 0, bytesIn: 0, bytesOut: 0 };
  const meter = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      hash.update(bytes);
      count.bytesOut += bytes.length;
      done(null, bytes);
    },
  });
  const done = pipeline(input, meter, createWriteStream(path), { signal });
  // The rejection is taken up by whoever writes next, or finishes; until then it must not be loose.
  done.catch(() => undefined);
  // One block may be under way while the next one is made; then the writer waits.
  let drained: Promise<unknown> = Promise.resolve();
  const push = async (bytes: Buffer): Promise<void> => {
    await drained;
    count.bytesIn += bytes.length;
    if (!input.write(bytes)) drained = Promise.race([once(input, 'drain'), done]);
    drained.catch(() => undefined);
  };
  if (header !== undefined) void push(header).catch(() => undefined);
  return {
    get bytesOut() {
      return count.bytesOut;
    },
    async write(block) {
      await push(block.bytes);
      count.rows += block.ends.length;
    },
    async finish() {
      await drained;
      input.end();
      await done;
      return { path, ...count, md5: hash.digest('hex') };
    },
    async abandon() {
      input.destroy();
      await done.catch(() => undefined);
    },
  };
}
