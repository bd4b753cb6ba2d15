import type { Readable } from 'node:stream';
import { z } from 'zod';

import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';

import { translateError } from '../errors/translate-error.ts';
import { withinTime } from '../stream/watchdog.ts';

/** Characters after which lines go on as one buffer: enough to make the cost of a buffer small. */
const blockCharacters = 128 * 1024;

const line = z.tuple([z.string()]);

export interface LineSource {
  /** Object stream of rows of one text each (the driver's row mode `array`). */
  readonly rows: Readable;
  readonly expectedRows: number;
  /** Milliseconds of silence that are borne. */
  readonly idleTimeout: number;
}

/**
 * The lines of a result as buffers of many lines. Reads row by row without a promise for each,
 * and no further than the reader asks for (P6). Throws `SOURCE.STREAM_BROKEN` for fewer or more
 * rows than announced, and for silence.
 */
export async function* lineBlocks(
  { rows, expectedRows, idleTimeout }: LineSource,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const events = watch(rows);
  const stop = (): void => void rows.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  let count = 0;
  try {
    for (;;) {
      const block = takeLines(rows);
      count += block.lines;
      if (block.lines > 0) yield Buffer.from(block.text);
      else if (!(await withinTime(events.more(), idleTimeout))) break;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : broken(error);
  } finally {
    signal.removeEventListener('abort', stop);
    rows.destroy();
  }
  if (count !== expectedRows) throw miscounted(count, expectedRows);
}

/**
 * Whatever ends the driver's stream early. Among it are plain errors of the driver, as when the
 * URLs of a result ran out (snowflake-sdk 3.3, `Result.refresh` fails on inline rows): a new
 * statement is the way out of all of them.
 */
function broken(error: unknown): unknown {
  const known = translateError(error, 'fetching');
  if (isSnowmeltError(known)) return known;
  const message = known instanceof Error ? known.message : String(known);
  return new SnowmeltError('SOURCE.STREAM_BROKEN', `The driver gave the result up: ${message}`);
}

function takeLines(rows: Readable): { lines: number; text: string } {
  let text = '';
  let lines = 0;
  while (text.length < blockCharacters) {
    const row: unknown = rows.read();
    if (row === null) break;
    text += `${textOf(row)}\n`;
    lines += 1;
  }
  return { lines, text };
}

/** The quick test first: this is done for every row. */
function textOf(row: unknown): string {
  if (Array.isArray(row) && typeof row[0] === 'string') return row[0];
  const { error } = line.safeParse(row);
  throw new SnowmeltError('SOURCE.STREAM_BROKEN', `A row is not one text: ${String(error)}`);
}

/** Turns the stream's events into one promise at a time. */
function watch(rows: Readable): { more(): Promise<boolean> } {
  let wake = (): void => undefined;
  let failure: { readonly error: Error } | undefined;
  rows.on('readable', () => wake());
  rows.on('end', () => wake());
  rows.on('close', () => wake());
  // Stays for good: the driver may report a late download after the stream was given up.
  rows.on('error', (error: Error) => {
    failure ??= { error };
    wake();
  });
  // `closed`, not `destroyed`: the error comes between the two.
  const over = (): boolean => failure !== undefined || rows.readableEnded || rows.closed;
  return {
    /** Whether there may be more rows. Throws the stream's error. */
    async more() {
      if (!over() && rows.readableLength === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (failure !== undefined) throw failure.error;
      return !over();
    },
  };
}

function miscounted(count: number, expected: number): SnowmeltError {
  const message = `${String(count)} rows came of ${String(expected)} announced.`;
  return new SnowmeltError('SOURCE.STREAM_BROKEN', message);
}
