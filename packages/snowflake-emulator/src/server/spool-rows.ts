import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { WireRow } from '../engine/contract.ts';
import type { ResultLayout } from './emulator-options.ts';

const compress = promisify(gzip);

/** A piece of a result on disk: gzip of comma-joined JSON rows, without the outer brackets. */
export interface SpooledChunk {
  readonly path: string;
  readonly rowCount: number;
  readonly uncompressedSize: number;
  readonly compressedSize: number;
}

/** A whole result: the first rows as JSON text, without the outer brackets, and the others. */
export interface SpooledRows {
  readonly total: number;
  readonly inline: string;
  readonly chunks: readonly SpooledChunk[];
}

/** Rows turned into text at once: small enough to keep near a byte limit, large enough to be fast. */
const rowsPerText = 1024;
/** Chunks compressed and written at the same time; bounds memory to as many chunks. */
const maxInFlight = 2;

/**
 * Takes all rows out of `batches` into `directory`, which is made when the first chunk is. Memory
 * holds a few chunks, however long the result. Throws what `batches` throws.
 */
export async function spoolRows(
  batches: AsyncIterable<readonly WireRow[]>,
  directory: string,
  layout: ResultLayout,
  signal: AbortSignal,
): Promise<SpooledRows> {
  const writer = createChunkWriter(directory);
  const piece = createPiece(layout);
  let total = 0;
  try {
    for await (const batch of batches) {
      signal.throwIfAborted();
      await spoolBatch(batch, piece, writer);
      total += batch.length;
    }
    await settle(piece, writer);
    return { total, inline: writer.inline(), chunks: await writer.finish() };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function spoolBatch(
  batch: readonly WireRow[],
  piece: Piece,
  writer: ChunkWriter,
): Promise<void> {
  let start = 0;
  while (start < batch.length) {
    const end = Math.min(start + Math.min(rowsPerText, piece.room()), batch.length);
    if (end > start) piece.add(batch.slice(start, end));
    if (piece.isFull()) await settle(piece, writer);
    start = end;
  }
}

async function settle(piece: Piece, writer: ChunkWriter): Promise<void> {
  const { text, rows, index } = piece.take();
  if (index === 0) writer.setInline(text);
  else if (rows > 0) await writer.write(text, rows);
}

/** The piece being filled: the inline rows first (index 0), then chunk after chunk. */
interface Piece {
  /** Rows that still fit. */
  room(): number;
  isFull(): boolean;
  add(rows: readonly WireRow[]): void;
  take(): { readonly text: string; readonly rows: number; readonly index: number };
}

function createPiece(layout: ResultLayout): Piece {
  let index = 0;
  let texts: string[] = [];
  let rows = 0;
  let length = 0;
  const limits = () =>
    index === 0
      ? { rows: layout.inlineRows, bytes: layout.inlineBytes }
      : {
          rows: Math.max(layout.chunkRows, 1),
          bytes: Math.min(layout.firstChunkBytes * 2 ** (index - 1), layout.chunkBytes),
        };
  return {
    room: () => limits().rows - rows,
    isFull: () => rows >= limits().rows || length >= limits().bytes,
    add(batch) {
      const text = JSON.stringify(batch).slice(1, -1);
      texts.push(text);
      rows += batch.length;
      length += text.length;
    },
    take() {
      const taken = { text: texts.join(','), rows, index };
      index += 1;
      texts = [];
      rows = 0;
      length = 0;
      return taken;
    },
  };
}

interface ChunkWriter {
  inline(): string;
  setInline(text: string): void;
  /** Resolves when there is room for another chunk, not when this one is written. */
  write(text: string, rowCount: number): Promise<void>;
  finish(): Promise<readonly SpooledChunk[]>;
  /** Removes what has been written, once nothing is being written any more. */
  discard(): Promise<void>;
}

function createChunkWriter(directory: string): ChunkWriter {
  let inline = '';
  const chunks: Promise<SpooledChunk>[] = [];
  return {
    inline: () => inline,
    setInline: (text) => {
      inline = text;
    },
    async write(text, rowCount) {
      const file = path.join(directory, `${chunks.length}.json.gz`);
      const chunk = writeChunk(file, Buffer.from(text), rowCount);
      // Its failure is seen below or in `finish`; until then it must not count as unhandled.
      chunk.catch(() => undefined);
      chunks.push(chunk);
      await chunks.at(-maxInFlight);
    },
    finish: () => Promise.all(chunks),
    async discard() {
      await Promise.allSettled(chunks);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function writeChunk(file: string, text: Buffer, rowCount: number): Promise<SpooledChunk> {
  const compressed = await compress(text, { level: 1 });
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, compressed);
  const uncompressedSize = text.length;
  return { path: file, rowCount, uncompressedSize, compressedSize: compressed.length };
}
