import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeCsv, encodeCsvRow } from '../../src/index.ts';

const field = fc.option(
  fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', '\\.', '\\N', '"', ',', '\n', '\r\n', ' a ', 'NULL', 'a\n\\.\nb'),
  ),
  { nil: null },
);

describe('canonical CSV', () => {
  it('P1: what was encoded is decoded again, NULL and the empty string apart', () => {
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 1, maxLength: 5 })), (rows) => {
        const text = rows.map((row) => `${encodeCsvRow(row)}\n`).join('');
        expect(decodeCsv(text)).toEqual(rows);
      }),
    );
  });

  it.each([
    [[null, null], ','],
    [[''], '""'],
    [['a"b'], '"a""b"'],
    [['12.50', 't'], '12.50,t'],
    [['\\.'], '"\\."'],
  ])('writes %j as %s', (row, line) => {
    expect(encodeCsvRow(row)).toBe(line);
  });

  it.each(['"a', '"a"b\n', 'a"b\n', 'a,b'])('refuses %j', (text) => {
    expect(() => decodeCsv(text)).toThrow(SyntaxError);
  });
});
