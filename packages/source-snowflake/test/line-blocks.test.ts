import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

import { lineBlocks } from '../src/query/line-blocks.ts';
import { byteStream } from '../src/stream/byte-stream.ts';

function stream(rows: Readable, expectedRows: number, idleTimeout = 5000): Readable {
  const signal = new AbortController().signal;
  return byteStream((end) => lineBlocks({ rows, expectedRows, idleTimeout }, end), signal);
}

function* many(count: number): Generator<string[]> {
  for (let index = 0; index < count; index += 1) yield [`${index},"é"`];
}

describe('lineBlocks', () => {
  it('gives every line once, in order, each with LF', async () => {
    const all = await text(stream(Readable.from(many(100_000)), 100_000));
    const expected = [...many(100_000)].map(([line]) => `${line}\n`).join('');
    expect(all === expected).toBe(true);
  });

  it('gives an empty line for one NULL field, and nothing for no rows', async () => {
    expect(await text(stream(Readable.from([[''], ['']]), 2))).toBe('\n\n');
    expect(await text(stream(Readable.from([]), 0))).toBe('');
  });

  it.each([9, 11])('P1: %i rows for 10 announced ones break the stream', async (count) => {
    await expect(text(stream(Readable.from(many(count)), 10))).rejects.toMatchObject({
      code: 'SOURCE.STREAM_BROKEN',
    });
  });

  it('P1: a stream that ends in an error does not end as if it were whole', async () => {
    async function* failing() {
      yield* many(3);
      throw new TypeError("Cannot read properties of undefined (reading 'url')");
    }
    await expect(text(stream(Readable.from(failing()), 3))).rejects.toMatchObject({
      code: 'SOURCE.STREAM_BROKEN',
    });
  });

  it('P1: a stream that goes silent is given up', async () => {
    const silent = new Readable({ objectMode: true, read() {} });
    silent.push(['1']);
    await expect(text(stream(silent, 2, 50))).rejects.toMatchObject({
      code: 'SOURCE.STREAM_BROKEN',
      message: expect.stringContaining('0.05 s'),
    });
    expect(silent.destroyed).toBe(true);
  });

  it('P6: reads no further than its reader asks', async () => {
    let given = 0;
    function* endless() {
      for (;;) {
        given += 1;
        yield ['x'.repeat(1000)];
      }
    }
    const bytes = stream(Readable.from(endless()), Number.MAX_SAFE_INTEGER);
    bytes.once('readable', () => {});
    await sleep(100);
    const before = given;
    await sleep(100);
    expect(given).toBe(before);
    expect(given).toBeLessThan(3000);
    bytes.destroy();
  });

  it('a slow reader is no silence', async () => {
    const bytes = stream(Readable.from(many(50_000)), 50_000, 50);
    let size = 0;
    for await (const block of bytes) {
      size += (block as Buffer).length;
      await sleep(80);
    }
    expect(size).toBeGreaterThan(400_000);
  });

  it('ends what it reads when it is closed or its signal is aborted', async () => {
    for (const way of ['close', 'abort'] as const) {
      const rows = new Readable({ objectMode: true, read() {} });
      const stop = new AbortController();
      const bytes = byteStream(
        (end) => lineBlocks({ rows, expectedRows: 1, idleTimeout: 60_000 }, end),
        stop.signal,
      );
      const failed = new Promise((resolve) => bytes.once('error', resolve));
      bytes.resume();
      await sleep(5);
      if (way === 'close') bytes.destroy();
      else {
        stop.abort(new Error('stopped'));
        expect(await failed).toMatchObject({ message: 'stopped' });
      }
      await sleep(5);
      expect(rows.destroyed).toBe(true);
    }
  });
});
