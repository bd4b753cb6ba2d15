import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { Coalesce } from '../src/copy/copy-stream.ts';

it('P6: passes on every byte in order, in pieces neither small nor large', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 30 });
  const property = fc.asyncProperty(lengths, async (sizesGiven) => {
    const given = [...sizesGiven.map((size) => randomBytes(size)), Buffer.from('\n')];
    const coalesce = new Coalesce();
    const sizes: number[] = [];
    coalesce.on('data', (piece: Buffer) => sizes.push(piece.length));
    const whole = buffer(Readable.from(given, { objectMode: false }).pipe(coalesce));
    const all = Buffer.concat(given);
    expect((await whole).equals(all)).toBe(true);
    expect(coalesce.bytes).toBe(all.length);
    expect(Math.max(...sizes)).toBeLessThan(192 * 1024);
    for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(64 * 1024);
  });
  await fc.assert(property, { numRuns: 30 });
});

it('P1: refuses bytes that end within a row, and takes none at all', async () => {
  const through = (text: string) =>
    buffer(Readable.from([Buffer.from(text)]).compose(new Coalesce()));
  await expect(through('1,a\n2,b')).rejects.toMatchObject({ code: 'SOURCE.STREAM_BROKEN' });
  expect((await through('')).length).toBe(0);
  expect((await through('1,a\n')).length).toBe(4);
});
