import { pipeline } from 'node:stream/promises';
import type { Readable, Writable } from 'node:stream';

import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import { Coalesce } from './coalesce.ts';
import { CsvToText } from './csv-to-text.ts';
import { EndOfDataScan } from './end-of-data.ts';

export interface Copied {
  /** As PostgreSQL's command tag says. */
  readonly rows: number;
  readonly bytes: number;
}

/** How a chunk goes to COPY, and what is noticed on the way. */
export interface CopyWay {
  readonly format: 'csv' | 'text';
  /** The server would take a line of the chunk's CSV for the end of the data. */
  endOfDataSeen: boolean;
}

export interface CopyStatement {
  readonly sql: string;
  readonly way: CopyWay;
  /** The server knows an end of the data in CSV: it is before 18. */
  readonly scanned: boolean;
}

/** Passes the bytes on as they are, or as COPY's text format. */
function translated(way: CopyWay, scanned: boolean) {
  const scan = scanned && way.format === 'csv' ? new EndOfDataScan() : undefined;
  const text = way.format === 'text' ? new CsvToText() : undefined;
  return (buffer: Buffer): Buffer => {
    if (scan?.found(buffer) === true) {
      way.endOfDataSeen = true;
      throw new SnowmeltError('SOURCE.STREAM_BROKEN', 'a line of the chunk is \\.');
    }
    return text?.translate(buffer) ?? buffer;
  };
}

/**
 * Sends the stream to a `COPY … FROM STDIN` under backpressure. Where the stream breaks, COPY is
 * told to fail and the stream's own error is thrown, not the COPY error that follows from it.
 */
export async function copyStream(
  client: PoolClient,
  { sql, way, scanned }: CopyStatement,
  bytes: Readable,
  signal: AbortSignal,
): Promise<Copied> {
  const coalesce = new Coalesce(translated(way, scanned));
  // What a stream says after it was given up is of no use, and must not end the process.
  bytes.on('error', () => undefined);
  const copy = client.query(copyFrom(sql));
  const closedEarly = watchEarlyClose(bytes, copy);
  try {
    await pipeline(bytes, coalesce, copy, { signal });
  } catch (error) {
    if (!closedEarly() || isSnowmeltError(error)) throw error;
    throw new SnowmeltError('SOURCE.STREAM_BROKEN', 'the data of the chunk ended early', {
      cause: error,
    });
  }
  return { rows: copy.rowCount, bytes: coalesce.bytes };
}

/**
 * A stream that is closed before its end has no error of its own, and `pipeline` then reports the
 * COPY error that follows; so it is noted which of the two came first.
 */
function watchEarlyClose(bytes: Readable, copy: Writable): () => boolean {
  let early = bytes.destroyed && !bytes.readableEnded && bytes.errored === null;
  let refused = false;
  copy.once('error', () => {
    refused = true;
  });
  bytes.once('close', () => {
    early ||= !refused && !bytes.readableEnded && bytes.errored === null;
  });
  return () => early;
}
