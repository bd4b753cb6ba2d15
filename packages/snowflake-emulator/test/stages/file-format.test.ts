import { expect, test } from 'vitest';

import { CommandScanner } from '../../src/stages/command-scanner.ts';
import { csvFormat } from '../../src/stages/file-format.ts';
import { readOptions } from '../../src/stages/option-list.ts';

const format = (options: string) => csvFormat(readOptions(new CommandScanner(options)));

test('the defaults are those of CREATE FILE FORMAT', () => {
  expect(format('TYPE = CSV')).toEqual({
    compression: 'AUTO',
    fieldDelimiter: ',',
    recordDelimiter: '\n',
    enclosure: undefined,
    escape: undefined,
    escapeUnenclosed: '\\',
    nullIf: ['\\N'],
    emptyFieldAsNull: true,
    binaryFormat: 'HEX',
    dateFormat: undefined,
    timeFormat: undefined,
    timestampFormat: undefined,
    fileExtension: undefined,
    skipHeader: 0,
    skipBlankLines: false,
    trimSpace: false,
    errorOnColumnCountMismatch: true,
  });
});

test('NONE is a word or a string', () => {
  expect(format(`FIELD_DELIMITER = 'none' ESCAPE_UNENCLOSED_FIELD = NONE`)).toMatchObject({
    fieldDelimiter: undefined,
    escapeUnenclosed: undefined,
  });
});

test('a file extension gets its point', () => {
  expect(format(`FILE_EXTENSION = 'dat'`).fileExtension).toBe('.dat');
  expect(format(`FILE_EXTENSION = '.dat'`).fileExtension).toBe('.dat');
});

test.each([
  ['TYPE = PARQUET', '000002', "Unsupported feature 'file format TYPE = PARQUET'."],
  ['COMPRESSION = BZ2', '000002', "Unsupported feature 'COMPRESSION = BZ2'."],
  ['COMPRESSION = RAR', '001008', 'invalid value [RAR] for parameter'],
  ['ENCODING = LATIN1', '000002', "Unsupported feature 'ENCODING = LATIN1'."],
  [`EMPTY_FIELD_AS_NULL = 'TRUE'`, '001008', "invalid value ['TRUE'] for parameter"],
  ['FIELD_OPTIONALLY_ENCLOSED_BY = ab', '001008', 'FIELD_OPTIONALLY_ENCLOSED_BY'],
  [`FIELD_OPTIONALLY_ENCLOSED_BY = '|'`, '001008', "invalid value ['|']"],
  ['NO_SUCH_OPTION = 1', '001006', "invalid parameter 'NO_SUCH_OPTION'"],
  ['SKIP_HEADER = -1', '001008', 'invalid value [-1]'],
])('%s is refused with %s', (options, code, message) => {
  expect(() => format(options)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});
