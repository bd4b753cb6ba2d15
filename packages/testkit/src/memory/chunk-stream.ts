import { Readable } from 'node:stream';

import {
  encodeCsvRow,
  SnowmeltError,
  type ChunkPlan,
  type ChunkStream,
  type SnowmeltError as ExpectedFailure,
} from '@snowmelt/core';

import type { TextRow } from './rows.ts';

/** What goes wrong with one opening of a chunk. */
export type OpenFault =
  | { readonly kind: 'refuse'; readonly error?: ExpectedFailure }
  /** The stream fails after so many rows. */
  | { readonly kind: 'break'; readonly afterRows: number; readonly error?: ExpectedFailure }
  /** The stream ends after so many rows as if it were whole. */
  | { readonly kind: 'cut'; readonly afterRows: number }
  /** The source announces so many rows, whatever comes. */
  | { readonly kind: 'announce'; readonly rows: number };

/** Asked at every opening: `nth` counts all openings, `tries` those of the chunk, both from 1. */
export type FaultInjector = (opening: {
  readonly chunk: ChunkPlan;
  readonly nth: number;
  readonly tries: number;
}) => OpenFault | undefined;

export interface StreamWatch {
  /** Called with the bytes of each piece that is rendered. */
  rendered(bytes: number): void;
}

const pieceBytes = 16 * 1024;

export function chunkStream(
  rows: readonly TextRow[],
  fault: OpenFault | undefined,
  watch: StreamWatch,
): ChunkStream {
  if (fault?.kind === 'refuse') throw fault.error ?? broken('the chunk can not be opened');
  return {
    bytes: Readable.from(pieces(rows, fault, watch), { objectMode: false }),
    expectedRows: fault?.kind === 'announce' ? fault.rows : rows.length,
  };
}

/** Rendered as it is read: a slow reader holds back the rendering. */
function* pieces(rows: readonly TextRow[], fault: OpenFault | undefined, watch: StreamWatch) {
  const end = fault !== undefined && 'afterRows' in fault ? fault.afterRows : rows.length;
  let piece = '';
  const take = (): Buffer => {
    const bytes = Buffer.from(piece);
    piece = '';
    watch.rendered(bytes.length);
    return bytes;
  };
  for (const row of rows.slice(0, end)) {
    piece += `${encodeCsvRow(row)}\n`;
    if (piece.length >= pieceBytes) yield take();
  }
  if (piece !== '') yield take();
  if (fault?.kind === 'break') throw fault.error ?? broken(`the stream broke after ${end} rows`);
}

function broken(message: string): SnowmeltError {
  return new SnowmeltError('SOURCE.STREAM_BROKEN', message);
}
