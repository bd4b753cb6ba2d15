import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';

import { withinTime } from './watchdog.ts';

/** zlib's own 16 KiB cost more in calls than in inflating. */
const inflatedBytes = 256 * 1024;

export interface Decoding {
  readonly idleTimeout: number;
  /** For the message, such as `A staged file`. */
  readonly what: string;
  /** Begins to tell a wait for the next byte. */
  readonly tell?: () => Disposable;
  /** Whether it has to be gzip; else its first bytes tell. */
  readonly gzip?: true;
}

/**
 * The bytes of a body, inflated where it is gzip. The first bytes tell it since storages differ in
 * their headers (the Go driver looks at them as well, chunk_downloader.go). Throws
 * `SOURCE.STREAM_BROKEN` for a body that ends early, is garbled or stands still.
 */
export async function* decoded(
  response: IncomingMessage,
  { idleTimeout, what, gzip, tell }: Decoding,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  let bytes: Readable = response;
  const stop = (): void => void bytes.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const inflates = gzip ?? (await withinTime(isGzip(response), idleTimeout));
    if (inflates) bytes = inflated(response);
    const parts = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      const part = await withinTime(parts.next(), idleTimeout, tell);
      if (part.done === true) return;
      yield part.value;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : broken(error, what);
  } finally {
    signal.removeEventListener('abort', stop);
    bytes.destroy();
    response.destroy();
  }
}

/** Looks at the first bytes and puts them back. */
async function isGzip(response: IncomingMessage): Promise<boolean> {
  // Ends with `end` where the body is empty.
  await Promise.race([once(response, 'readable'), once(response, 'end')]);
  const head = response.read() as Buffer | null;
  if (head === null) return false;
  response.unshift(head);
  return head[0] === 0x1f && (head.length === 1 || head[1] === 0x8b);
}

function inflated(response: IncomingMessage): Readable {
  const gunzip = createGunzip({ chunkSize: inflatedBytes });
  // The iterator meets the error; the callback only keeps it from being thrown.
  pipeline(response, gunzip, () => undefined);
  return gunzip;
}

function broken(error: unknown, what: string): unknown {
  if (isSnowmeltError(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const told = `${what} broke off: ${code ?? message}.`;
  return new SnowmeltError('SOURCE.STREAM_BROKEN', told, { cause: error });
}
