import { describe, expect, test } from 'vitest';

import { CommandScanner } from '../../src/stages/command-scanner.ts';
import { encodeRecord, fieldEncoder, isVerbatim } from '../../src/stages/csv-encoder.ts';
import { csvFormat } from '../../src/stages/file-format.ts';
import { readOptions } from '../../src/stages/option-list.ts';

const format = (options: string) => csvFormat(readOptions(new CommandScanner(options)));

/** One record of strings, as an unload with these options writes it. */
function written(options: string, ...values: readonly (string | null)[]): string {
  const csv = format(options);
  return encodeRecord(
    values,
    values.map(() => true),
    fieldEncoder(csv),
    csv.fieldDelimiter ?? '',
  );
}

/** The same with values of other types, which are never enclosed. */
function writtenBare(options: string, ...values: readonly (string | null)[]): string {
  const csv = format(options);
  return encodeRecord(
    values,
    values.map(() => false),
    fieldEncoder(csv),
    csv.fieldDelimiter ?? '',
  );
}

describe('NULL and the empty string (Data unloading considerations)', () => {
  test('the example of the guide: the marker of a string column is enclosed', () => {
    const options = `FIELD_OPTIONALLY_ENCLOSED_BY = '0x27' NULL_IF = ('null')`;
    expect(written(options, null, 'NULL value')).toBe(`'null','NULL value'`);
    expect(written(options, '', 'Empty string')).toBe(`'','Empty string'`);
  });

  test('NULL is the first string of NULL_IF, unenclosed in a column of another type', () => {
    expect(writtenBare(`FIELD_OPTIONALLY_ENCLOSED_BY = '"' NULL_IF = ('nil', 'x')`, null)).toBe(
      'nil',
    );
    expect(written(`NULL_IF = ('nil', 'x')`, null)).toBe('nil');
  });

  test('NULL is \\N by default, never enclosed', () => {
    expect(written('', 'a', null)).toBe('a,\\N');
    expect(written(`FIELD_OPTIONALLY_ENCLOSED_BY = '"'`, 'a', null)).toBe('"a",\\N');
  });

  test('NULL_IF = () writes nothing for NULL', () => {
    expect(written(`NULL_IF = () FIELD_OPTIONALLY_ENCLOSED_BY = '"'`, 'a', null, '')).toBe(
      '"a",,""',
    );
  });

  test('an enclosed empty string is a pair of quotes', () => {
    expect(written(`FIELD_OPTIONALLY_ENCLOSED_BY = '"'`, '')).toBe('""');
  });

  test('EMPTY_FIELD_AS_NULL = FALSE writes an unenclosed empty string as an empty field', () => {
    expect(written('EMPTY_FIELD_AS_NULL = FALSE', 'a', '', 'b')).toBe('a,,b');
  });

  test('an unenclosed empty string is refused with 100093 where it could be read as NULL', () => {
    expect(() => written('', '')).toThrow(/Cannot unload empty string/);
  });
});

describe('enclosing', () => {
  test('strings are enclosed, other types are not', () => {
    expect(written(`FIELD_OPTIONALLY_ENCLOSED_BY = '"'`, '1')).toBe('"1"');
    expect(writtenBare(`FIELD_OPTIONALLY_ENCLOSED_BY = '"'`, '1')).toBe('1');
  });

  test('the enclosing character inside is doubled: "A" becomes ""A""', () => {
    expect(written(`FIELD_OPTIONALLY_ENCLOSED_BY = '"'`, '"A"')).toBe('"""A"""');
  });

  test('a single quote given as hex encloses too', () => {
    expect(written(`FIELD_OPTIONALLY_ENCLOSED_BY = '0x27'`, "it's")).toBe("'it''s'");
  });

  test('delimiters and line ends inside enclosed strings stay as they are', () => {
    expect(written(`FIELD_OPTIONALLY_ENCLOSED_BY = '"'`, 'a,b\nc\\d')).toBe('"a,b\nc\\d"');
  });

  test('ESCAPE takes the place of doubling, and escapes itself', () => {
    const options = `FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE = '\\\\'`;
    expect(written(options, 'a"b\\c')).toBe('"a\\"b\\\\c"');
  });
});

describe('escaping of unenclosed fields', () => {
  test('the backslash escapes itself, the field and the record delimiter by default', () => {
    expect(written('', 'a,b\nc\\d')).toBe('a\\,b\\\nc\\\\d');
  });

  test('values of other types are escaped in a format that encloses strings', () => {
    expect(writtenBare(`FIELD_OPTIONALLY_ENCLOSED_BY = '"'`, '1,5')).toBe('1\\,5');
  });

  test('ESCAPE overrides ESCAPE_UNENCLOSED_FIELD', () => {
    expect(written(`ESCAPE = '^'`, 'a,b\\^')).toBe('a^,b\\^^');
  });

  test('ESCAPE_UNENCLOSED_FIELD = NONE leaves the data untouched', () => {
    expect(written('ESCAPE_UNENCLOSED_FIELD = NONE', 'a,b\nc\\d')).toBe('a,b\nc\\d');
  });

  test('a dollar sign beside a delimiter stays (no replacement patterns)', () => {
    expect(written('', '$&,$1')).toBe('$&\\,$1');
  });
});

describe('delimiters', () => {
  test('several characters, escapes, octal and hex', () => {
    expect(written(`FIELD_DELIMITER = '||'`, 'a', 'b')).toBe('a||b');
    expect(written(`FIELD_DELIMITER = '\\t'`, 'a', 'b')).toBe('a\tb');
    expect(written(`FIELD_DELIMITER = '\\\\t'`, 'a', 'b')).toBe('a\tb');
    expect(written(`FIELD_DELIMITER = '0x7c'`, 'a', 'b')).toBe('a|b');
    expect(written(`FIELD_DELIMITER = '\\174'`, 'a', 'b')).toBe('a|b');
  });

  test('NONE joins fields without anything between', () => {
    expect(written('FIELD_DELIMITER = NONE ESCAPE_UNENCLOSED_FIELD = NONE', 'a', 'b')).toBe('ab');
  });
});

describe('isVerbatim', () => {
  const untouched = `FIELD_DELIMITER = NONE FIELD_OPTIONALLY_ENCLOSED_BY = NONE
    ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = () EMPTY_FIELD_AS_NULL = FALSE`;
  test('is true of the format that writes lines as they are', () => {
    expect(isVerbatim(format(untouched))).toBe(true);
  });

  test.each([
    `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
    `ESCAPE = '\\\\'`,
    `ESCAPE_UNENCLOSED_FIELD = '\\\\'`,
    'EMPTY_FIELD_AS_NULL = TRUE',
  ])('is false with %s', (option) => {
    expect(isVerbatim(format(`${untouched} ${option}`))).toBe(false);
  });
});
