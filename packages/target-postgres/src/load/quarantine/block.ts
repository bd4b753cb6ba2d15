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
