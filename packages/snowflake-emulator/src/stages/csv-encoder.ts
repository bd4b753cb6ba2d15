/**
 * Values to CSV text, as an unload writes them. Rules: Snowflake's "Data unloading considerations"
 * (empty strings and NULL values) and "COPY INTO <location>", format type options.
 */

import { emptyStringUnenclosed } from './errors.ts';
import type { CsvFormat } from './file-format.ts';

/** Writes one field; `isString` says whether FIELD_OPTIONALLY_ENCLOSED_BY may enclose it. */
export type FieldEncoder = (value: string | null, isString: boolean) => string;

/** Builds the encoder of a format. Throws 100093 from it for an empty string that can't be shown. */
export function fieldEncoder(format: CsvFormat): FieldEncoder {
  const enclose = encloser(format);
  const [bareNull, stringNull] = nullTexts(format, enclose);
  const escape = escaper(format);
  return (value, isString) => {
    if (value === null) return isString ? stringNull : bareNull;
    if (isString && enclose !== undefined) return enclose(value);
    if (value === '' && isString && format.emptyFieldAsNull) throw emptyStringUnenclosed();
    return escape(value);
  };
}

/** A record without its delimiter. `isString` has one entry a column. */
export function encodeRecord(
  values: readonly (string | null)[],
  isString: readonly boolean[],
  encode: FieldEncoder,
  delimiter: string,
): string {
  let record = '';
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) record += delimiter;
    record += encode(values[i] ?? null, isString[i] ?? true);
  }
  return record;
}

/** True where a value of one string column is written as it is: nothing encloses or escapes it. */
export function isVerbatim(format: CsvFormat): boolean {
  return (
    format.enclosure === undefined &&
    format.escape === undefined &&
    format.escapeUnenclosed === undefined &&
    !format.emptyFieldAsNull
  );
}

/**
 * NULL in columns of other types, and of strings. The guide's example encloses the marker of a
 * string column: NULL_IF = ('null') gives `1,'null'`. The default `\N`, which is no text but an
 * escape sequence, and the nothing of an empty list are not enclosed.
 */
function nullTexts(
  format: CsvFormat,
  enclose: ((value: string) => string) | undefined,
): readonly [bare: string, ofStrings: string] {
  const [marker = ''] = format.nullIf;
  const isText = format.nullIf.length > 0 && marker !== '\\N';
  return [marker, isText && enclose !== undefined ? enclose(marker) : marker];
}

function encloser(format: CsvFormat): ((value: string) => string) | undefined {
  const { enclosure, escape } = format;
  if (enclosure === undefined) return undefined;
  // Without ESCAPE the enclosing character is escaped by itself: "A" becomes ""A"".
  if (escape === undefined || escape === enclosure) {
    return (value) =>
      enclosure + value.replaceAll(enclosure, () => enclosure + enclosure) + enclosure;
  }
  return (value) => {
    const escaped = value.replaceAll(escape, () => escape + escape);
    return enclosure + escaped.replaceAll(enclosure, () => escape + enclosure) + enclosure;
  };
}

/** ESCAPE overrides ESCAPE_UNENCLOSED_FIELD for unenclosed fields, if both are set. */
function escaper(format: CsvFormat): (value: string) => string {
  const escape = format.escape ?? format.escapeUnenclosed;
  if (escape === undefined) return (value) => value;
  const special = [escape, format.fieldDelimiter, format.recordDelimiter]
    .filter((text) => text !== undefined)
    .filter((text, i, all) => all.indexOf(text) === i);
  return (value) =>
    special.reduce((text, mark) => text.replaceAll(mark, () => escape + mark), value);
}
