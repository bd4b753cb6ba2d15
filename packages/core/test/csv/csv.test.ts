import { isUtf8 } from 'node:buffer';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CsvValidator, decodeCsv, encodeCsvRow } from '../../src/index.ts';

const field = fc.option(
  fc.oneof(
    fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
    fc.constantFrom('', '\\.', '\\N', '"', ',', '\n', '\r\n', ' a ', 'NULL', 'a\n\\.\nb'),
  ),
  { nil: null },
);

const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width })));

function validate(bytes: Buffer, size = bytes.length, columns?: number) {
  const validator = new CsvValidator(columns);
  for (let at = 0; at < bytes.length; at += size) validator.push(bytes.subarray(at, at + size));
  validator.end();
  return { rows: validator.rows, fault: validator.fault };
}

describe('canonical CSV', () => {
  it('P1: what was encoded is decoded again, NULL and the empty string apart', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const text = rows.map((row) => `${encodeCsvRow(row)}\n`).join('');
        expect(decodeCsv(text)).toEqual(rows);
        expect(validate(Buffer.from(text))).toEqual({ rows: rows.length, fault: undefined });
      }),
    );
  });

  it('gives the same verdict however the bytes are cut', () => {
    const bytes = fc.array(fc.constantFrom(...Buffer.from('",\n\r\\.aé€\0'), 0xff, 0xed, 0xa0));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 5 }), (list, size) => {
        const buffer = Buffer.from(list);
        expect(validate(buffer, size)).toEqual(validate(buffer));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes for UTF-8 what TextDecoder does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), (bytes) => {
        const inside = Buffer.concat([Buffer.from('"'), bytes, Buffer.from('"\n')]);
        const refused = ['not UTF-8', 'the data end within a character'];
        const { fault } = validate(inside);
        fc.pre(fault === undefined || refused.includes(fault.reason));
        expect(fault === undefined).toBe(isUtf8(inside));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['a,b', 2, { row: 1, field: 2, offset: 3, reason: 'the last row does not end in LF' }],
    ['a,b\nc\n', undefined, { row: 2, field: 1, offset: 5, reason: '1 of 2 fields' }],
    ['a,b\n', 1, { row: 1, field: 1, offset: 1, reason: 'more than 1 fields' }],
    ['"a\n', 1, { row: 1, field: 1, offset: 3, reason: 'the data end within a quoted field' }],
    ['"a"b\n', 1, { row: 1, field: 1, offset: 3, reason: 'text after a closing quote' }],
    ['a\r\n', 1, { row: 1, field: 1, offset: 1, reason: 'CR outside quotes' }],
    ['x\n\\.\n', 1, { row: 2, field: 1, offset: 4, reason: 'a line \\. that is not quoted' }],
    ['"\0"\n', 1, { row: 1, field: 1, offset: 1, reason: 'NUL' }],
  ])('P8: says where %j fails', (text, columns, fault) => {
    expect(validate(Buffer.from(text), text.length, columns).fault).toEqual(fault);
    expect(() => decodeCsv(text, columns)).toThrow(fault.reason);
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
