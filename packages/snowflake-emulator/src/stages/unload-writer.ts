import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { type Compression, compressor } from './compression.ts';
import { singleFileTooLarge } from './errors.ts';
import { cutBlock, type RecordBlock } from './record-block.ts';

/**
 * Writes blocks of records into an unload's files.
 *
 * Like Snowflake, several writers work side by side and each closes its file when that has reached
 * MAX_FILE_SIZE. Blocks go to them in turn, so a block's rows stay together, a table of a few
 * thousand rows gives a few files, and one small table gives one.
 *
 * Files are written aside and put in place together by `publish`: a failed unload leaves nothing.
 */

export interface UnloadWriterOptions {
  /** A directory of this unload alone; made here, removed on disposal. */
  readonly directory: string;
  readonly compression: Compression;
  readonly maxFileSize: number;
  readonly single: boolean;
  /** Written at the start of every file; not counted as a row. */
  readonly header: Buffer | undefined;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** A finished file: which writer wrote it, and as which of its files. */
export interface UnloadedFile extends WrittenFile {
  readonly thread: number;
  readonly part: number;
}

interface Lane {
  readonly thread: number;
  part: number;
  open: UnloadFile | undefined;
}

export class UnloadWriter implements AsyncDisposable {
  readonly #options: UnloadWriterOptions;
  readonly #lanes: readonly Lane[];
  readonly #finished: UnloadedFile[] = [];
  #next = 0;

  constructor(options: UnloadWriterOptions) {
    this.#options = options;
    const threads = options.single ? 1 : options.threads;
    this.#lanes = Array.from({ length: threads }, (_, thread) => ({
      thread,
      part: 0,
      open: undefined,
    }));
  }

  /** Resolves when the block is taken over; waits while a writer's disk or compressor is behind. */
  async write(block: RecordBlock): Promise<void> {
    const { single, maxFileSize } = this.#options;
    const pieces = single ? [block] : cutBlock(block, maxFileSize);
    for (const piece of pieces) await this.#writePiece(piece);
  }

  /** Closes all files. The order is that of the names: by thread, then by part. */
  async finish(): Promise<readonly UnloadedFile[]> {
    for (const lane of this.#lanes) await this.#close(lane);
    return this.#finished.toSorted((a, b) => a.thread - b.thread || a.part - b.part);
  }

  /** Removes whatever was not published. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.#lanes) await lane.open?.abandon();
    await rm(this.#options.directory, { recursive: true, force: true });
  }

  async #writePiece(piece: RecordBlock): Promise<void> {
    const lane = this.#lanes[this.#next];
    if (lane === undefined) throw new Error('an unload has at least one writer');
    this.#next = (this.#next + 1) % this.#lanes.length;
    lane.open ??= await this.#open(lane);
    await lane.open.write(piece);
    if (lane.open.bytesOut < this.#options.maxFileSize) return;
    if (this.#options.single) throw singleFileTooLarge(this.#options.maxFileSize);
    await this.#close(lane);
  }

  async #open(lane: Lane): Promise<UnloadFile> {
    const { directory, compression, header, signal } = this.#options;
    await mkdir(directory, { recursive: true });
    const path = join(directory, `${lane.thread}_${lane.part}`);
    return openUnloadFile({ path, compression, header, signal });
  }

  async #close(lane: Lane): Promise<void> {
    if (lane.open === undefined) return;
    const written = await lane.open.finish();
    this.#finished.push({ ...written, thread: lane.thread, part: lane.part });
    lane.part += 1;
    lane.open = undefined;
  }
}

/** Puts finished files at their places, replacing what is there. */
export async function publishFile(file: UnloadedFile, place: string): Promise<void> {
  await rename(file.path, place);
}

/** One file of an unload: records in, compressed bytes on disk, counted and hashed on the way. */

interface UnloadFileOptions {
  readonly path: string;
  readonly compression: Compression;
  readonly header: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** What became of a file. Sizes in bytes. */
interface WrittenFile {
  readonly path: string;
  readonly rows: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Hex. */
  readonly md5: string;
}

interface UnloadFile {
  /** Bytes that left the compressor so far; it runs behind what was written. */
  readonly bytesOut: number;
  write(block: RecordBlock): Promise<void>;
  finish(): Promise<WrittenFile>;
  /** Stops without an error; the file is left as it is. */
  abandon(): Promise<void>;
}

function openUnloadFile(options: UnloadFileOptions): UnloadFile {
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
  if (header !== undefined) void push(header);
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
