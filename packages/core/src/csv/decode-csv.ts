const quote = '"';

/**
 * The rows of a text of canonical CSV: an unquoted empty field is `null`, a quoted one is text.
 * Throws `SyntaxError`, with the row's number, for what is not canonical CSV. For tests and the
 * slow path of a failing chunk only: the fast path never parses.
 */
export function decodeCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let at = 0;
  while (at < text.length) {
    const { row, next } = decodeRow(text, at, rows.length + 1);
    rows.push(row);
    at = next;
  }
  return rows;
}

function decodeRow(text: string, start: number, number: number) {
  const row: (string | null)[] = [];
  let at = start;
  for (;;) {
    const field = text[at] === quote ? quotedField(text, at, number) : bareField(text, at);
    row.push(field.value);
    at = field.next;
    const separator = text[at];
    if (separator === ',') at += 1;
    else if (separator === '\n') return { row, next: at + 1 };
    else throw new SyntaxError(`row ${number}: a field must end in a comma or LF`);
  }
}

function bareField(text: string, start: number): { value: string | null; next: number } {
  let next = start;
  while (next < text.length && !',\n"'.includes(text.charAt(next))) next += 1;
  return { value: next === start ? null : text.slice(start, next), next };
}

function quotedField(text: string, start: number, number: number) {
  let value = '';
  let from = start + 1;
  for (;;) {
    const end = text.indexOf(quote, from);
    if (end < 0) throw new SyntaxError(`row ${number}: a quoted field is not closed`);
    value += text.slice(from, end);
    if (text[end + 1] !== quote) return { value, next: end + 1 };
    value += quote;
    from = end + 2;
  }
}
