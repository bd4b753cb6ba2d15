/**
 * One row of canonical CSV (docs/reference/canonical-csv.md), without its LF. `null` is nothing,
 * the empty string is `""`; a field is quoted where its text could be read as something else.
 */
export function encodeCsvRow(fields: readonly (string | null)[]): string {
  return fields.map((field) => (field === null ? '' : encodeCsvField(field))).join(',');
}

/** `\.` alone on a line ends the data for PostgreSQL before 18, so a backslash is quoted too. */
const needsQuotes = /[",\r\n\\]|^$|^\s|\s$/;

function encodeCsvField(text: string): string {
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
