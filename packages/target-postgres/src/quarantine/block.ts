import { SnowmeltError } from '@snowmelt/core';

/** Rows in a row, with their bytes in hand. */
export interface Block {
  readonly bytes: Buffer;
  /** Where each row ends in `bytes`, after its LF. */
  readonly ends: readonly number[];
}

/** The bytes of the rows from `from` up to, not including, `to`. */
export function bytesOf({ bytes, ends }: Block, from: number, to: number): Buffer {
  return bytes.subarray(ends[from - 1] ?? 0, ends[to - 1] ?? 0);
}

/** The same, one by one and without their LFs. */
export function rowsOf(block: Block, from: number, to: number): Buffer[] {
  return block.ends.slice(from, to).map((end, index) => {
    return block.bytes.subarray(block.ends[from + index - 1] ?? 0, end - 1);
  });
}

/** A block of rows that are in hand one by one, without their LFs. */
export function blockOf(rows: readonly Buffer[]): Block {
  const lineFeed = Buffer.from('\n');
  let end = 0;
  const ends = rows.map((row) => (end += row.length + 1));
  return { bytes: Buffer.concat(rows.flatMap((row) => [row, lineFeed])), ends };
}

/**
 * The row that a line of a COPY belongs to, where the COPY began with the row `from`; counted from
 * there. COPY counts the LFs within quotes as well.
 */
export function rowOfLine(block: Block, from: number, line: number): number | undefined {
  let at = (block.ends[from - 1] ?? 0) - 1;
  for (let seen = 0; seen < line; seen += 1) {
    at = block.bytes.indexOf('\n', at + 1);
    if (at < 0) return undefined;
  }
  const row = block.ends.findIndex((end) => end > at);
  return row < from ? undefined : row - from;
}

interface BlockLimits {
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

const quote = '"'.charCodeAt(0);
const lineFeed = '\n'.charCodeAt(0);

interface RowEnds {
  /** Positions after the LF of each row that ends in the bytes. */
  readonly ends: readonly number[];
  /** The bytes end within quotes. */
  readonly quoted: boolean;
}

/**
 * Where the rows of canonical CSV end, as COPY sees it: at an LF outside of quotes. A quote within
 * quotes is doubled, so each quote turns the state, and no field is ever looked at. `quoted`: the
 * bytes before these have ended within quotes.
 */
function findRowEnds(bytes: Uint8Array, quoted: boolean): RowEnds {
  const ends: number[] = [];
  let within = quoted;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) within = !within;
    else if (byte === lineFeed && !within) ends.push(at + 1);
  }
  return { ends, quoted: within };
}
