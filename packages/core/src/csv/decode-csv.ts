import { CsvValidator } from './validate-csv.ts';

/**
 * The rows of a text of canonical CSV: an unquoted empty field is `null`, a quoted one is text.
 * Throws `SyntaxError`, with row, field and byte, for exactly what `CsvValidator` refuses. For
 * tests and the slow path of a failing chunk only: the fast path never parses.
 */
export function decodeCsv(text: string, columns?: number): (string | null)[][] {
  refuseOthers(text, columns);
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const { value, end } = text[at] === '"' ? quotedField(text, at) : bareField(text, at);
    row.push(value);
    at = end;
    if (text[at] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

function refuseOthers(text: string, columns: number | undefined): void {
  const validator = new CsvValidator(columns);
  const fault = validator.push(new TextEncoder().encode(text)) ?? validator.end();
  if (fault === undefined) return;
  const { row, field, offset, reason } = fault;
  throw new SyntaxError(`row ${row}, field ${field}, byte ${offset}: ${reason}`);
}

interface Field {
  readonly value: string | null;
  /** Where its comma or LF stands. */
  readonly end: number;
}

const separator = /[,\n]/g;

function bareField(text: string, start: number): Field {
  separator.lastIndex = start;
  const end = separator.exec(text)?.index ?? text.length;
  return { value: end === start ? null : text.slice(start, end), end };
}

function quotedField(text: string, start: number): Field {
  let end = text.indexOf('"', start + 1);
  while (text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return { value: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 };
}
