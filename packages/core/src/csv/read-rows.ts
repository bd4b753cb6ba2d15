import type { Readable } from 'node:stream';
import { addAbortSignal } from 'node:stream';

import type { ChunkStream } from '../contract/chunk.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { decodeCsv } from './decode-csv.ts';

export interface ReadRows {
  readonly rows: readonly (readonly (string | null)[])[];
  /** Of canonical CSV. */
  readonly bytes: number;
}

/**
 * All rows of a chunk, for a target that takes values one by one: the whole chunk is in memory. Throws
 * `TARGET.ROW_REJECTED` where it is not canonical CSV of so many fields, and
 * `TARGET.ROW_COUNT_MISMATCH` where other rows were announced; the stream is closed in any case.
 */
export async function readRows(
  { bytes: stream, expectedRows }: ChunkStream,
  fields: number,
  signal: AbortSignal,
): Promise<ReadRows> {
  const bytes = await collect(addAbortSignal(signal, stream));
  const rows = decode(bytes, fields);
  if (expectedRows === undefined || expectedRows === rows.length) {
    return { rows, bytes: bytes.length };
  }
  const message = `${rows.length} rows came, ${expectedRows} were announced`;
  throw new SnowmeltError('TARGET.ROW_COUNT_MISMATCH', message);
}

async function collect(stream: Readable): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>));
}

function decode(bytes: Buffer, fields: number): (string | null)[][] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return decodeCsv(text, fields);
  } catch (cause) {
    throw new SnowmeltError('TARGET.ROW_REJECTED', String(cause), { cause });
  }
}
