/**
 * CSV file formats. Names, defaults and meanings: Snowflake's "CREATE FILE FORMAT" and "COPY INTO
 * <location>", format type options for CSV.
 */

import { readEscape } from './characters.ts';
import type { Compression } from './compression.ts';
import { compressionOf } from './compression.ts';
import { invalidValue, unsupported } from './errors.ts';
import {
  booleanOption,
  checkNames,
  choiceOption,
  integerOption,
  showValue,
  stringsOption,
  textOption,
} from './option-list.ts';
import type { OptionMap } from './option-list.ts';

export interface CsvFormat {
  /** AUTO only matters when loading (told from the file's name); an unload takes it for GZIP. */
  readonly compression: Compression | 'AUTO';
  /** undefined: FIELD_DELIMITER = NONE. */
  readonly fieldDelimiter: string | undefined;
  /** undefined: RECORD_DELIMITER = NONE. */
  readonly recordDelimiter: string | undefined;
  readonly enclosure: string | undefined;
  readonly escape: string | undefined;
  readonly escapeUnenclosed: string | undefined;
  readonly nullIf: readonly string[];
  readonly emptyFieldAsNull: boolean;
  readonly binaryFormat: 'HEX' | 'BASE64' | 'UTF8';
  /** undefined: AUTO, which is the session's output format when unloading. */
  readonly dateFormat: string | undefined;
  readonly timeFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly fileExtension: string | undefined;
  readonly skipHeader: number;
  readonly skipBlankLines: boolean;
  readonly trimSpace: boolean;
  readonly errorOnColumnCountMismatch: boolean;
}

const NAMES = [
  'TYPE',
  'FORMAT_NAME',
  'COMPRESSION',
  'FIELD_DELIMITER',
  'RECORD_DELIMITER',
  'FIELD_OPTIONALLY_ENCLOSED_BY',
  'ESCAPE',
  'ESCAPE_UNENCLOSED_FIELD',
  'NULL_IF',
  'EMPTY_FIELD_AS_NULL',
  'BINARY_FORMAT',
  'DATE_FORMAT',
  'TIME_FORMAT',
  'TIMESTAMP_FORMAT',
  'FILE_EXTENSION',
  'SKIP_HEADER',
  'SKIP_BLANK_LINES',
  'TRIM_SPACE',
  'ERROR_ON_COLUMN_COUNT_MISMATCH',
  'ENCODING',
  'VALIDATE_UTF8',
  'REPLACE_INVALID_CHARACTERS',
  'SKIP_BYTE_ORDER_MARK',
  'PARSE_HEADER',
  'MULTI_LINE',
  'COMMENT',
] as const;

/** Options that change nothing here as long as they keep this value. */
const ONLY: Readonly<Record<string, string>> = {
  ENCODING: 'UTF8',
  VALIDATE_UTF8: 'TRUE',
  REPLACE_INVALID_CHARACTERS: 'FALSE',
  SKIP_BYTE_ORDER_MARK: 'TRUE',
  PARSE_HEADER: 'FALSE',
  MULTI_LINE: 'TRUE',
};

/** The format that options describe; options left out take Snowflake's defaults. */
export function csvFormat(options: OptionMap): CsvFormat {
  checkCsvOptions(options);
  return {
    compression: compressionOf(options),
    fieldDelimiter: delimiter(options, 'FIELD_DELIMITER', ','),
    recordDelimiter: delimiter(options, 'RECORD_DELIMITER', '\n'),
    enclosure: enclosure(options),
    escape: character(options, 'ESCAPE', undefined),
    escapeUnenclosed: character(options, 'ESCAPE_UNENCLOSED_FIELD', '\\'),
    nullIf: stringsOption(options, 'NULL_IF') ?? ['\\N'],
    emptyFieldAsNull: booleanOption(options, 'EMPTY_FIELD_AS_NULL', true),
    binaryFormat: choiceOption(options, 'BINARY_FORMAT', ['HEX', 'BASE64', 'UTF8']) ?? 'HEX',
    dateFormat: pattern(options, 'DATE_FORMAT'),
    timeFormat: pattern(options, 'TIME_FORMAT'),
    timestampFormat: pattern(options, 'TIMESTAMP_FORMAT'),
    fileExtension: extension(options),
    skipHeader: integerOption(options, 'SKIP_HEADER', 0) ?? 0,
    skipBlankLines: booleanOption(options, 'SKIP_BLANK_LINES', false),
    trimSpace: booleanOption(options, 'TRIM_SPACE', false),
    errorOnColumnCountMismatch: booleanOption(options, 'ERROR_ON_COLUMN_COUNT_MISMATCH', true),
  };
}

function checkCsvOptions(options: OptionMap): void {
  const type = textOption(options, 'TYPE')?.toUpperCase() ?? 'CSV';
  if (type !== 'CSV') throw unsupported(`file format TYPE = ${type}`);
  checkNames(options, NAMES);
  for (const [name, only] of Object.entries(ONLY)) {
    const value = options.get(name);
    if (value === undefined) continue;
    const text = textOption(options, name)?.toUpperCase().replace('-', '');
    if (text !== only) throw unsupported(`${name} = ${showValue(value)}`);
  }
}

function delimiter(options: OptionMap, name: string, otherwise: string): string | undefined {
  const text = textOption(options, name);
  if (text === undefined || text.toUpperCase() === 'AUTO') return otherwise;
  if (text.toUpperCase() === 'NONE') return undefined;
  const value = delimiterText(text);
  // At most 20 characters, and UTF-8: the documentation's limit for delimiters.
  if (value === '' || value.length > 20) throw invalidValue(`'${text}'`, name);
  return value;
}

function character(
  options: OptionMap,
  name: string,
  otherwise: string | undefined,
): string | undefined {
  const text = textOption(options, name);
  if (text === undefined) return otherwise;
  if (text.toUpperCase() === 'NONE' || text === '') return undefined;
  const value = delimiterText(text);
  if (value.length !== 1) throw invalidValue(`'${text}'`, name);
  return value;
}

/** "Value can be NONE, single quote character ('), or double quote character (")." */
function enclosure(options: OptionMap): string | undefined {
  const name = 'FIELD_OPTIONALLY_ENCLOSED_BY';
  const value = character(options, name, undefined);
  if (value !== undefined && value !== "'" && value !== '"') throw invalidValue(`'${value}'`, name);
  return value;
}

/**
 * A delimiter's characters: escape sequences, octal (`\\ooo`) and hexadecimal (`0x` or `\\x`) forms
 * are read once more inside the option, as the documentation says of `'0x27'` and `'\\t'`.
 */
function delimiterText(text: string): string {
  if (text.toLowerCase().startsWith('0x') && text.length % 2 === 0) {
    const bytes = Buffer.from(text.slice(2), 'hex');
    if (bytes.length === text.length / 2 - 1) return bytes.toString('latin1');
  }
  let value = '';
  for (let at = 0; at < text.length;) {
    const ch = text[at] ?? '';
    const escaped = ch === '\\' && at + 1 < text.length ? readEscape(text, at) : undefined;
    value += escaped?.value ?? ch;
    at += escaped?.length ?? 1;
  }
  return value;
}

function pattern(options: OptionMap, name: string): string | undefined {
  const text = textOption(options, name);
  return text === undefined || text.toUpperCase() === 'AUTO' ? undefined : text;
}

function extension(options: OptionMap): string | undefined {
  const text = textOption(options, 'FILE_EXTENSION');
  if (text === undefined || text.toUpperCase() === 'NONE' || text === '') return undefined;
  return text.startsWith('.') ? text : `.${text}`;
}
