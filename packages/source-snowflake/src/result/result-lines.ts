import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

import { backoff, isSnowmeltError, SnowmeltError } from '@snowmelt/core';

import type { Network } from '../connect/network.ts';
import { decoded } from '../stream/decoded.ts';
import { LineParser, type RowWindow } from './line-parser.ts';
import { broken, type ResultPart, type StatementResult } from './statement-result.ts';

/** Of one part. */
const tries = 4;
const pauses = { first: 1000, longest: 4000 };

/** Characters after which lines of the reply go on as one buffer. */
const blockCharacters = 128 * 1024;

/** A result that is being read. */
export interface OpenResult {
  result: StatementResult;
  readonly network: Network;
  /** The same result with new URLs, for storage that does not accept the old ones any more. */
  readonly refresh: (signal: AbortSignal) => Promise<StatementResult>;
}

/**
 * The rows `window` of a result of one text column, as UTF-8 lines with LF. Parts are read one
 * after the other, and no further than the reader asks for, whatever their size (P6). A part that
 * broke is read again; throws `SOURCE.STREAM_BROKEN` or `SOURCE.NETWORK` after some tries.
 */
export async function* resultLines(
  open: OpenResult,
  window: RowWindow,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const { parts, rows: announced } = open.result;
  const held = parts.reduce((sum, { rows }) => sum + rows, 0);
  if (held !== announced) throw broken(`it has ${held} rows of ${announced} announced`);
  let first = 0;
  for (const [index, { rows }] of parts.entries()) {
    const wanted = { from: window.from - first, to: window.to - first };
    if (wanted.to > 0 && wanted.from < rows) yield* partLines(open, { index, wanted }, signal);
    first += rows;
  }
}

interface PartRequest {
  readonly index: number;
  readonly wanted: RowWindow;
}

async function* partLines(
  open: OpenResult,
  { index, wanted }: PartRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const { inline } = partOf(open, index);
  if (inline !== undefined) {
    yield* inlineLines(inline.slice(Math.max(0, wanted.from), wanted.to));
    return;
  }
  const given = new GivenBytes();
  for (let tried = 1; ; tried += 1) {
    try {
      yield* given.onlyNew(readPart(open, { index, wanted }, signal));
      return;
    } catch (error) {
      await waitOrThrow(error, tried, signal);
    }
  }
}

/** Throws what does not pass by itself, and what has been tried often enough. */
export async function waitOrThrow(error: unknown, tried: number, signal: AbortSignal) {
  if (!isSnowmeltError(error) || error.retry !== 'chunk' || tried >= tries) throw error;
  await sleep(backoff(tried, pauses), undefined, { signal });
}

/**
 * What was given out of a part. It is not given again when the part is read anew, and has to be the
 * same then: a part that was garbled, not cut, is known by its checksum only at its end.
 */
class GivenBytes {
  #length = 0;
  #sum = 0;

  async *onlyNew(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    let seen = 0;
    let sum = 0;
    for await (const block of blocks) {
      const known = block.subarray(0, Math.max(0, this.#length - seen));
      const fresh = block.subarray(known.length);
      seen += block.length;
      sum = crc32(known, sum);
      if (known.length > 0 && seen >= this.#length && sum !== this.#sum) throw changed();
      if (fresh.length === 0) continue;
      this.#length += fresh.length;
      this.#sum = crc32(fresh, this.#sum);
      yield fresh;
    }
    if (seen < this.#length) throw changed();
  }
}

/** Not to be tried here again: what went out may be what was wrong. */
function changed(): SnowmeltError {
  return broken('a part of it is not what it was when it was read before');
}

async function* readPart(
  open: OpenResult,
  { index, wanted }: PartRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const parser = new LineParser(wanted);
  for await (const bytes of partBytes(open, index, signal)) {
    const lines = parser.push(bytes);
    if (lines.length > 0) yield lines;
  }
  parser.end(partOf(open, index).rows);
}

/** The body of a part that is not in the reply. */
export async function* partBytes(
  open: OpenResult,
  index: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const response = await requestPart(open, index, signal);
  const { downloadTimeout: idleTimeout } = open.network;
  const { url = '' } = partOf(open, index);
  const tell = () => open.network.tellWait('more of a result', url);
  yield* decoded(response, { idleTimeout, what: 'A part of the result', tell }, signal);
}

async function requestPart(
  open: OpenResult,
  index: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { url = '' } = partOf(open, index);
  const headers = { ...open.result.headers, 'accept-encoding': 'gzip' };
  const response = await open.network.download(url, headers, signal);
  const status = response.statusCode ?? 0;
  if (status === 200) return response;
  response.on('error', () => undefined);
  response.resume();
  // 403 where the URL has run out; Google's storage says 400 (ExpiredToken).
  if ([400, 401, 403].includes(status)) open.result = await open.refresh(signal);
  const { host } = new URL(url);
  const message = `The storage at ${host} answered HTTP ${status} for a part of the result.`;
  throw new SnowmeltError('SOURCE.NETWORK', message);
}

function partOf({ result }: OpenResult, index: number): ResultPart {
  const part = result.parts[index];
  if (part === undefined) throw broken(`it has no part ${index} any more`);
  return part;
}

function* inlineLines(rows: NonNullable<ResultPart['inline']>): Generator<Buffer, void> {
  let block = '';
  for (const [line] of rows) {
    if (typeof line !== 'string') throw broken('a row of its reply is not one text');
    block += `${line}\n`;
    if (block.length < blockCharacters) continue;
    yield Buffer.from(block);
    block = '';
  }
  if (block !== '') yield Buffer.from(block);
}
