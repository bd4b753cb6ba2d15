/**
 * CSV text to records, as COPY INTO <table> reads it: "CREATE FILE FORMAT", format type options.
 * A pure function of the text pushed in; it knows no streams.
 */

import type { CsvFormat } from './file-format.ts';

/** A field: its text, or null where the format says NULL. */
export type CsvRecord = readonly (string | null)[];

type ParserFormat = Pick<
  CsvFormat,
  | 'fieldDelimiter'
  | 'recordDelimiter'
  | 'enclosure'
  | 'escape'
  | 'escapeUnenclosed'
  | 'nullIf'
  | 'emptyFieldAsNull'
  | 'trimSpace'
  | 'skipBlankLines'
>;

export class CsvParser {
  readonly #format: ParserFormat;
  #text = '';
  #at = 0;
  #fields: (string | null)[] = [];

  constructor(format: ParserFormat) {
    this.#format = format;
  }

  /** Takes text and gives the records that are complete now; `last` ends the last one. */
  push(text: string, last: boolean): CsvRecord[] {
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
    const records: CsvRecord[] = [];
    while (this.#at < this.#text.length) {
      const start = this.#at;
      const record = this.#readRecord(last);
      if (record === undefined) {
        this.#at = start;
        break;
      }
      if (!this.#isBlank(record)) records.push(record);
    }
    return records;
  }

  #isBlank(record: CsvRecord): boolean {
    return this.#format.skipBlankLines && record.length === 1 && (record[0] ?? '') === '';
  }

  /** undefined: the record goes on in text that is still to come. */
  #readRecord(last: boolean): CsvRecord | undefined {
    this.#fields = [];
    for (;;) {
      const field = this.#readField(last);
      if (field === undefined) return undefined;
      this.#fields.push(field.value);
      if (field.end === 'record') return this.#fields;
    }
  }

  #readField(last: boolean): { value: string | null; end: 'field' | 'record' } | undefined {
    const { enclosure } = this.#format;
    const open = this.#format.trimSpace ? this.#skipSpaces() : this.#at;
    const enclosed = enclosure !== undefined && this.#text[open] === enclosure;
    if (enclosed) this.#at = open + 1;
    const read = enclosed ? this.#enclosed(enclosure) : { text: '', closed: true };
    if (!read.closed && !last) return undefined;
    const rest = this.#unenclosed(last);
    if (rest === undefined) return undefined;
    const tail = enclosed && this.#format.trimSpace ? rest.text.trim() : rest.text;
    return { value: this.#value(read.text + tail, enclosed), end: rest.end };
  }

  #value(text: string, enclosed: boolean): string | null {
    const { nullIf, emptyFieldAsNull, trimSpace } = this.#format;
    const value = !enclosed && trimSpace ? text.trim() : text;
    if (nullIf.includes(value)) return null;
    return value === '' && !enclosed && emptyFieldAsNull ? null : value;
  }

  #enclosed(enclosure: string): { text: string; closed: boolean } {
    let text = '';
    while (this.#at < this.#text.length) {
      const ch = this.#text[this.#at] ?? '';
      const next = this.#text[this.#at + 1];
      // The last character may be the first half of a pair: wait for what follows.
      if (next === undefined && (ch === enclosure || ch === this.#format.escape)) {
        this.#at += 1;
        return { text, closed: ch === enclosure };
      }
      if (ch === this.#format.escape || (ch === enclosure && next === enclosure)) {
        text += unescaped(ch === enclosure ? enclosure : (next ?? ''), ch === enclosure);
        this.#at += 2;
      } else if (ch === enclosure) {
        this.#at += 1;
        return { text, closed: true };
      } else {
        text += ch;
        this.#at += 1;
      }
    }
    return { text, closed: false };
  }

  #unenclosed(last: boolean): { text: string; end: 'field' | 'record' } | undefined {
    const escape = this.#format.escape ?? this.#format.escapeUnenclosed;
    let text = '';
    while (this.#at < this.#text.length) {
      const ch = this.#text[this.#at] ?? '';
      if (ch === escape && this.#at + 1 < this.#text.length) {
        // `\N` stays, so that NULL_IF finds it; other sequences are read.
        const next = this.#text[this.#at + 1] ?? '';
        text += next === 'N' ? ch + next : unescaped(next, ch !== '\\');
        this.#at += 2;
      } else if (this.#accept(this.#format.fieldDelimiter)) return { text, end: 'field' };
      else if (this.#acceptRecordEnd()) return { text, end: 'record' };
      else {
        text += ch;
        this.#at += 1;
      }
    }
    return last ? { text, end: 'record' } : undefined;
  }

  #acceptRecordEnd(): boolean {
    const { recordDelimiter } = this.#format;
    // "New line is logical": the default also ends records at CR LF.
    if (recordDelimiter === '\n' && this.#accept('\r\n')) return true;
    return this.#accept(recordDelimiter);
  }

  #accept(delimiter: string | undefined): boolean {
    if (delimiter === undefined || !this.#text.startsWith(delimiter, this.#at)) return false;
    this.#at += delimiter.length;
    return true;
  }

  #skipSpaces(): number {
    let at = this.#at;
    while (this.#text[at] === ' ' || this.#text[at] === '\t') at += 1;
    return at;
  }
}

const SEQUENCES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function unescaped(next: string, literally: boolean): string {
  return literally ? next : (SEQUENCES[next] ?? next);
}
