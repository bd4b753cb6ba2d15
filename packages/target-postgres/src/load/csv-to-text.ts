const [lf, cr, tab, comma, quote, backslash] = Buffer.from('\n\r\t,"\\');
const null_ = Buffer.from('\\N');

/** Letters after the backslash in COPY's text format. */
const escapes = new Map(
  [
    [lf, 'n'],
    [cr, 'r'],
    [tab, 't'],
    [backslash, '\\'],
  ].map(([byte, letter]) => [byte as number, String(letter).charCodeAt(0)]),
);

type Place = 'start' | 'bare' | 'quoted' | 'after-quote';

/**
 * Turns canonical CSV into COPY's text format, buffer by buffer: there every line end of a value is
 * an escape, so that no line of it can be `\.` (decision 13). Knows no streams; what it has to
 * remember between two buffers is one word.
 */
export class CsvToText {
  #place: Place = 'start';

  translate(csv: Buffer): Buffer {
    // The longest translation of one byte: a comma after nothing, `\N` and a tab.
    const text = Buffer.allocUnsafe(csv.length * 3);
    let end = 0;
    for (const byte of csv) end = this.#step(byte, text, end);
    return text.subarray(0, end);
  }

  #step(byte: number, text: Buffer, end: number): number {
    if (this.#place === 'quoted') {
      if (byte !== quote) return copy(byte, text, end);
      this.#place = 'after-quote';
      return end;
    }
    if (byte === comma || byte === lf) return this.#endField(byte, text, end);
    if (byte !== quote) {
      this.#place = 'bare';
      return copy(byte, text, end);
    }
    const doubled = this.#place === 'after-quote';
    this.#place = 'quoted';
    return doubled ? copy(byte, text, end) : end;
  }

  #endField(byte: number, text: Buffer, end: number): number {
    const at = this.#place === 'start' ? end + null_.copy(text, end) : end;
    this.#place = 'start';
    text[at] = byte === comma ? tab! : byte;
    return at + 1;
  }
}

function copy(byte: number, text: Buffer, end: number): number {
  const letter = escapes.get(byte);
  if (letter === undefined) {
    text[end] = byte;
    return end + 1;
  }
  text[end] = backslash!;
  text[end + 1] = letter;
  return end + 2;
}
