const quote = '"'.charCodeAt(0);
const lineFeed = '\n'.charCodeAt(0);

export interface RowEnds {
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
export function findRowEnds(bytes: Uint8Array, quoted: boolean): RowEnds {
  const ends: number[] = [];
  let within = quoted;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) within = !within;
    else if (byte === lineFeed && !within) ends.push(at + 1);
  }
  return { ends, quoted: within };
}
