import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/** A body on its way out: its bytes in order, and how many there will be. */
export interface Body {
  readonly bytes: AsyncIterable<Buffer>;
  readonly length: number;
}

/** What Fastify is about to send. */
export type Payload = string | Buffer | Readable | null | undefined;

/** Gives a payload, whatever its form, as bytes with their number. */
export function toBody(payload: Payload, contentLength: number): Body {
  if (payload instanceof Readable) return { bytes: payload, length: contentLength };
  const buffer = Buffer.isBuffer(payload) ? payload : Buffer.from(payload ?? '');
  return { bytes: Readable.from([buffer]), length: buffer.length };
}

/** The first `bytes` bytes; the response says that there are no more. */
export function truncateBody(body: Body, bytes = Math.floor(body.length / 2)): Body {
  return { bytes: firstBytes(body.bytes, bytes), length: Math.min(bytes, body.length) };
}

/** The same number of bytes, eight of them inverted from `at` on. */
export function corruptBody(body: Body, at = Math.floor(body.length / 2)): Body {
  return { bytes: invertBytes(body.bytes, at, at + 8), length: body.length };
}

/** The first `bytes` bytes of a response that promised all, then `cut` is called. */
export function dropBody(body: Body, bytes: number, cut: () => void): Body {
  async function* untilCut(): AsyncGenerator<Buffer> {
    yield* firstBytes(body.bytes, bytes);
    await setImmediate();
    cut();
  }
  return { bytes: untilCut(), length: body.length };
}

async function* firstBytes(source: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of source) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

async function* invertBytes(
  source: AsyncIterable<Buffer>,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  let offset = 0;
  for await (const chunk of source) {
    const start = Math.max(from - offset, 0);
    const end = Math.min(to - offset, chunk.length);
    const copy = Buffer.from(chunk);
    for (let index = start; index < end; index += 1) copy[index] = 255 - (chunk[index] ?? 0);
    yield copy;
    offset += chunk.length;
  }
}
