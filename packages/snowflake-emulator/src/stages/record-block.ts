/** A run of encoded records, ready for a file. */

export interface RecordBlock {
  /** The records' bytes, each with its record delimiter. */
  readonly bytes: Buffer;
  /** Where each record ends in `bytes`; as many entries as records. */
  readonly ends: Uint32Array;
}

/** Makes a block of records given as text, without their delimiters. */
export function blockOfRecords(records: readonly string[], delimiter: string): RecordBlock {
  const ends = new Uint32Array(records.length);
  let end = 0;
  for (let i = 0; i < records.length; i += 1) {
    end += Buffer.byteLength(records[i] ?? '') + Buffer.byteLength(delimiter);
    ends[i] = end;
  }
  const text = records.length === 0 ? '' : records.join(delimiter) + delimiter;
  return { bytes: Buffer.from(text), ends };
}

/**
 * Cuts a block at record boundaries into pieces of about `maxBytes` (one record at least), so that
 * a small MAX_FILE_SIZE gives several files even for few rows.
 */
export function* cutBlock(block: RecordBlock, maxBytes: number): Generator<RecordBlock> {
  if (block.bytes.length <= maxBytes) {
    yield block;
    return;
  }
  let first = 0;
  let start = 0;
  for (let i = 0; i < block.ends.length; i += 1) {
    const end = block.ends[i] ?? 0;
    const isLast = i + 1 === block.ends.length;
    if (!isLast && (block.ends[i + 1] ?? 0) - start <= maxBytes) continue;
    const from = start;
    yield {
      bytes: block.bytes.subarray(from, end),
      ends: block.ends.slice(first, i + 1).map((e) => e - from),
    };
    first = i + 1;
    start = end;
  }
}
