import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { CommandScanner } from '../../src/stages/command-scanner.ts';
import { encodeRecord, fieldEncoder } from '../../src/stages/csv-encoder.ts';
import { CsvParser } from '../../src/stages/csv-parser.ts';
import { csvFormat } from '../../src/stages/file-format.ts';
import { readOptions } from '../../src/stages/option-list.ts';

const format = (options: string) => csvFormat(readOptions(new CommandScanner(options)));

function parse(options: string, text: string, pieces = 1): (string | null)[][] {
  const parser = new CsvParser(format(options));
  const size = Math.max(1, Math.ceil(text.length / pieces));
  const records = [];
  for (let at = 0; at < text.length; at += size) {
    records.push(...parser.push(text.slice(at, at + size), false));
  }
  return [...records, ...parser.push('', true)].map((record) => [...record]);
}

const QUOTED = `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`;

test('an empty field is NULL, an enclosed empty string is one', () => {
  expect(parse(QUOTED, 'a,,""\n')).toEqual([['a', null, '']]);
  expect(parse(`${QUOTED} EMPTY_FIELD_AS_NULL = FALSE`, 'a,\n')).toEqual([['a', '']]);
});

test('NULL_IF finds its strings, \\N by default', () => {
  expect(parse('', 'a,\\N\n')).toEqual([['a', null]]);
  expect(parse(`NULL_IF = ('x', 'nil')`, 'nil,b\n')).toEqual([[null, 'b']]);
});

test('enclosed fields hold delimiters, line ends and doubled quotes', () => {
  expect(parse(QUOTED, '"a,""b""\nc",d\n')).toEqual([['a,"b"\nc', 'd']]);
});

test('the last record may lack its end, CR LF ends one too', () => {
  expect(parse('', 'a\r\nb')).toEqual([['a'], ['b']]);
});

test('blank lines and spaces go where the format says so', () => {
  expect(parse('SKIP_BLANK_LINES = TRUE', 'a\n\nb\n')).toEqual([['a'], ['b']]);
  expect(parse(`TRIM_SPACE = TRUE ${QUOTED}`, ' a , " b " \n')).toEqual([['a', ' b ']]);
});

describe('what an unload writes, a load reads', () => {
  const ALPHABET = `ab"'\\|,#\n €`;
  // An unenclosed value that ends in CR can't be told from a line end CR LF: only enclosed ones do.
  test.each([
    [`${QUOTED} NULL_IF = ()`, `${ALPHABET}\r`],
    [`${QUOTED} ESCAPE = '\\\\' NULL_IF = ('\\\\N')`, `${ALPHABET}\r`],
    [`FIELD_DELIMITER = '|' NULL_IF = ('<null>') EMPTY_FIELD_AS_NULL = FALSE`, ALPHABET],
    [`FIELD_OPTIONALLY_ENCLOSED_BY = '0x27' FIELD_DELIMITER = '||'`, `${ALPHABET}\r`],
  ])('with %s', (options, alphabet) => {
    const csv = format(options);
    const cell = fc.option(fc.string({ unit: fc.constantFrom(...Array.from(alphabet)) }));
    const row = fc.array(cell, { minLength: 2, maxLength: 3 });
    const record = (values: (string | null)[]) => {
      const isString = values.map(() => true);
      const fields = encodeRecord(values, isString, fieldEncoder(csv), csv.fieldDelimiter ?? '');
      return fields + (csv.recordDelimiter ?? '');
    };
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 1, max: 9 }), (rows, pieces) => {
        expect(parse(options, rows.map(record).join(''), pieces)).toEqual(rows);
      }),
    );
  });
});
