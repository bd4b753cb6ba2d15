import { decodeCsv, encodeCsvRow } from '@snowmelt/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { blockOf, bytesOf, cutBlocks, rowOfLine, rowsOf } from '../../src/quarantine/block.ts';

const field = fc.option(
  fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.stringMatching(/^["\n,\r\\. a]*$/),
    fc.constant('\n\n'),
  ),
);
const rowsOfTwo = fc.array(fc.tuple(field, field), { maxLength: 60 });
const limits = fc.record({
  rows: fc.integer({ min: 1, max: 20 }),
  bytes: fc.integer({ min: 1, max: 200 }),
  rowBytes: fc.constant(1_000_000),
});

function csv(rows: readonly (readonly (string | null)[])[]): Buffer {
  return Buffer.from(rows.map((row) => `${encodeCsvRow(row)}\n`).join(''));
}

/** The bytes in pieces of any sizes, as a stream gives them. */
async function* inPieces(bytes: Buffer, sizes: readonly number[]) {
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

describe('cutBlocks', () => {
  it('P1: the blocks are the bytes, cut between rows, whatever the pieces', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOfTwo, sizes, limits, async (rows, pieces, limit) => {
        const bytes = csv(rows);
        const blocks = await Array.fromAsync(cutBlocks(inPieces(bytes, pieces), limit));
        expect(Buffer.concat(blocks.map((block) => block.bytes))).toEqual(bytes);
        const cut = blocks.flatMap((block) => rowsOf(block, 0, block.ends.length));
        expect(cut.map((row) => decodeCsv(`${row.toString()}\n`)[0])).toEqual(rows);
      }),
    );
  });

  it('P6: a block is full with the row that reaches a limit', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOfTwo, sizes, limits, async (rows, pieces, limit) => {
        const blocks = await Array.fromAsync(cutBlocks(inPieces(csv(rows), pieces), limit));
        for (const { bytes, ends } of blocks) {
          expect(ends.at(-1)).toBe(bytes.length);
          expect(ends.length).toBeLessThanOrEqual(limit.rows);
          expect(ends.at(-2) ?? 0).toBeLessThan(limit.bytes);
        }
      }),
    );
  });

  it('P1: bytes that end within a row are a broken stream', async () => {
    const limit = { rows: 2, bytes: 100, rowBytes: 100 };
    for (const text of ['1,a\n2', '1,a\n2,"x\n', '"']) {
      const cut = Array.fromAsync(cutBlocks(inPieces(Buffer.from(text), [3]), limit));
      await expect(cut, text).rejects.toMatchObject({ code: 'SOURCE.STREAM_BROKEN' });
    }
  });

  it('P6: a quote that is never closed does not gather the rest of the chunk', async () => {
    const limit = { rows: 2, bytes: 100, rowBytes: 100 };
    const text = Buffer.from(`1,"${'a\n'.repeat(100)}`);
    const cut = Array.fromAsync(cutBlocks(inPieces(text, [8]), limit));
    await expect(cut).rejects.toMatchObject({ code: 'TARGET.ROW_REJECTED' });
  });
});

describe('blocks of rows', () => {
  it('are the same from rows in hand as from a stream', () => {
    fc.assert(
      fc.property(rowsOfTwo, fc.nat(), fc.nat(), (rows, one, other) => {
        const block = blockOf(rows.map((row) => Buffer.from(encodeCsvRow(row))));
        const [from = 0, to = 0] = [one, other]
          .map((n) => n % (rows.length + 1))
          .toSorted((a, b) => a - b);
        expect(bytesOf(block, from, to)).toEqual(csv(rows.slice(from, to)));
      }),
    );
  });

  it('find the row that a line of COPY belongs to', () => {
    const block = blockOf(['1,a', '2,"b\nc\nd"', '3,', '4,"\n"'].map((row) => Buffer.from(row)));
    const rowsFrom = (from: number) =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((line) => rowOfLine(block, from, line));
    expect(rowsFrom(0)).toEqual([0, 1, 1, 1, 2, 3, 3, undefined]);
    expect(rowsFrom(1)).toEqual([0, 0, 0, 1, 2, 2, undefined, undefined]);
  });
});
