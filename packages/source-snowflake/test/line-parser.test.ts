import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LineParser } from '../src/result/line-parser.ts';

/** Feeds a part in pieces of the given sizes, over and over. */
function parse(part: string, { pieces = [1], from = 0, to = Infinity, announced = -1 } = {}) {
  const bytes = Buffer.from(part);
  const parser = new LineParser({ from, to });
  const out: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = pieces[turn % pieces.length] ?? 1;
    out.push(parser.push(bytes.subarray(at, at + size)));
    at += size;
  }
  parser.end(announced === -1 ? parser.rows : announced);
  return Buffer.concat(out).toString();
}

const lines = fc.array(fc.string({ unit: 'binary', maxLength: 40 }));
const pieces = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });

/** As a server may write a character that needs no escape. */
function escapeAll(line: string): string {
  const units = Array.from({ length: line.length }, (_, index) => line.charCodeAt(index));
  return `["${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"]`;
}

describe('LineParser', () => {
  it('gives the lines of any part, however it is cut', () => {
    fc.assert(
      fc.property(lines, pieces, (rows, sizes) => {
        const wanted = rows.map((line) => `${line}\n`).join('');
        const written = [
          rows.map((line) => JSON.stringify([line])).join(','),
          rows.map((line) => ` [\t${JSON.stringify(line)} ]`).join('\r\n,'),
          rows.map(escapeAll).join(', '),
        ];
        for (const part of written) expect(parse(part, { pieces: sizes })).toBe(wanted);
      }),
    );
  });

  it('gives the rows of a window only', () => {
    fc.assert(
      fc.property(lines, fc.nat(10), fc.nat(10), (rows, from, count) => {
        const part = rows.map((line) => JSON.stringify([line])).join(',');
        const got = parse(part, { pieces: [7], from, to: from + count });
        expect(got).toBe(
          rows
            .slice(from, from + count)
            .map((line) => `${line}\n`)
            .join(''),
        );
      }),
    );
  });

  it.each([
    ['ends within a text', '["a"],["secr'],
    ['ends within an escape', '["a"],["secret\\'],
    ['ends behind a text', '["a"],["secret"'],
    ['ends behind a comma', '["a"],'],
    ['begins within a row', 'ret"],["a"]'],
    ['lacks a comma', '["a"]["secret"]'],
    ['has two commas', '["a"],,["secret"]'],
    ['has a row of two values', '["a"],["secret","b"]'],
    ['has a row of none', '["a"],[]'],
    ['holds NULL', '["a"],[null]'],
    ['holds a number', '["a"],[1]'],
    ['holds an object', '["a"],{"secret":1}'],
    ['is another document', '<Error><Code>secret</Code></Error>'],
    ['has an unknown escape', '["a"],["\\x73ecret"]'],
    ['has digits that are none', '["a"],["\\u00zz secret"]'],
    ['has half a character', '["a"],["\\ud83d secret"]'],
    ['has the other half', '["a"],["\\ude00 secret"]'],
    ['has two first halves', '["a"],["\\ud83d\\ud83d\\ude00 secret"]'],
    ['has half a character at the end of a text', '["a"],["secret \\ud83d"]'],
    ['has a bare line feed in a text', '["a"],["sec\nret"]'],
    ['goes on behind its end', '["a"],["b"]]'],
  ])('P1, P7: a part that %s is STREAM_BROKEN and not quoted', (_, part) => {
    for (const size of [1, 2, 1000]) {
      let thrown: unknown;
      try {
        parse(part, { pieces: [size] });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: 'SOURCE.STREAM_BROKEN', retry: 'chunk' });
      expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain('secret"');
      expect((thrown as Error).message).not.toContain('secret');
    }
  });

  it.each([0, 1, 3])('P1: two rows of %i announced are STREAM_BROKEN', (announced) => {
    expect(() => parse('["a"],["b"]', { announced })).toThrow('2 rows came');
  });
});
