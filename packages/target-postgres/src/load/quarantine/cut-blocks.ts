import { SnowmeltError } from '@snowmelt/core';

import type { Block } from './block.ts';
import { findRowEnds } from './row-ends.ts';

export interface BlockLimits {
  readonly rows: number;
  /** A block ends with the row that reaches it. */
  readonly bytes: number;
  /** A row that is longer is no row: a quote was never closed. */
  readonly rowBytes: number;
}

/** Rows enough to make a COPY of its own cheap, few enough to be sent twice. */
export const blockLimits: BlockLimits = {
  rows: 10_000,
  bytes: 4 * 1024 * 1024,
  rowBytes: 512 * 1024 * 1024,
};

/**
 * Cuts canonical CSV between rows. No more than a block and a piece are held (P6). Throws
 * `SOURCE.STREAM_BROKEN` where the bytes end within a row.
 */
export async function* cutBlocks(
  pieces: AsyncIterable<Buffer>,
  limits: BlockLimits = blockLimits,
): AsyncGenerator<Block> {
  let quoted = false;
  const held = new HeldRows(limits);
  for await (const piece of pieces) {
    const found = findRowEnds(piece, quoted);
    quoted = found.quoted;
    let from = 0;
    let last = 0;
    for (const end of found.ends) {
      if (held.endRow(end - last)) {
        yield held.take(piece.subarray(from, end));
        from = end;
      }
      last = end;
    }
    held.keep(piece.subarray(from), piece.length - last);
  }
  if (held.beginsRow) throw streamEndsInRow();
  if (held.rows > 0) yield held.take(Buffer.alloc(0));
}

/** The rows that no block has taken yet, and the beginning of the next one. */
class HeldRows {
  readonly #limits: BlockLimits;
  #pieces: Buffer[] = [];
  #ends: number[] = [];
  /** Bytes of the row that has not ended yet. */
  #begun = 0;

  constructor(limits: BlockLimits) {
    this.#limits = limits;
  }

  get rows(): number {
    return this.#ends.length;
  }

  get beginsRow(): boolean {
    return this.#begun > 0;
  }

  /** A row ends `bytes` further on. True: the block is full with it. */
  endRow(bytes: number): boolean {
    const end = (this.#ends.at(-1) ?? 0) + this.#begun + bytes;
    this.#ends.push(end);
    this.#begun = 0;
    return this.#ends.length >= this.#limits.rows || end >= this.#limits.bytes;
  }

  keep(piece: Buffer, begun: number): void {
    this.#begun += begun;
    if (this.#begun > this.#limits.rowBytes) throw rowTooLong(this.#limits);
    if (piece.length > 0) this.#pieces.push(piece);
  }

  /** The block that ends with these bytes. */
  take(last: Buffer): Block {
    const block = { bytes: Buffer.concat([...this.#pieces, last]), ends: this.#ends };
    this.#pieces = [];
    this.#ends = [];
    return block;
  }
}

function streamEndsInRow(): SnowmeltError {
  return new SnowmeltError('SOURCE.STREAM_BROKEN', 'the data of the chunk end within a row');
}

function rowTooLong({ rowBytes }: BlockLimits): SnowmeltError {
  const mebibytes = rowBytes / 1024 / 1024;
  return new SnowmeltError(
    'TARGET.ROW_REJECTED',
    `a row of the chunk has more than ${mebibytes} MiB, or a quote in it is never closed`,
  );
}
