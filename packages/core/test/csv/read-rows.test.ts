import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { readRows } from '../../src/contract.ts';

const streamOf = (...pieces: (string | Buffer)[]) =>
  Readable.from(
    pieces.map((piece) => Buffer.from(piece)),
    { objectMode: false },
  );
const { signal } = new AbortController();

describe('readRows', () => {
  it('P1: NULL and the empty string are two, and bytes are counted as they come', async () => {
    const bytes = streamOf('1,"a\n', 'b"\n,""\n');
    expect(await readRows({ bytes, expectedRows: 2 }, 2, signal)).toEqual({
      rows: [
        ['1', 'a\nb'],
        [null, ''],
      ],
      bytes: 12,
    });
    expect(await readRows({ bytes: streamOf() }, 2, signal)).toEqual({ rows: [], bytes: 0 });
  });

  it.each([
    ['TARGET.ROW_COUNT_MISMATCH', '1,2\n', 2],
    ['TARGET.ROW_COUNT_MISMATCH', '1,2\n', 0],
    ['TARGET.ROW_REJECTED', '1,2,3\n', 1],
    ['TARGET.ROW_REJECTED', '1,2', 1],
    ['TARGET.ROW_REJECTED', Buffer.from([0x31, 0x2c, 0xff, 0x0a]), 1],
  ])('P1: %s for %j where %i are announced', async (code, text, expectedRows) => {
    const bytes = streamOf(text);
    await expect(readRows({ bytes, expectedRows }, 2, signal)).rejects.toMatchObject({ code });
    expect(bytes.destroyed).toBe(true);
  });

  it('P4: an abort closes a stream that stands still', async () => {
    const stop = new AbortController();
    const bytes = new Readable({ read: () => undefined });
    const reading = readRows({ bytes }, 2, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(reading).rejects.toThrow();
    expect(bytes.destroyed).toBe(true);
  });
});
