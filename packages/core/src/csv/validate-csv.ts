/** The first thing that is not canonical CSV. */
export interface CsvFault {
  /** From 1. */
  readonly row: number;
  /** From 1, within the row. */
  readonly field: number;
  /** Of the byte at fault, from 0; the length of the data where something is missing at its end. */
  readonly offset: number;
  readonly reason: string;
}

const [lf, cr, comma, quote, backslash, dot] = [0x0a, 0x0d, 0x2c, 0x22, 0x5c, 0x2e];

type Place = 'start' | 'bare' | 'quoted' | 'after-quote';

/**
 * Checks canonical CSV (docs/reference/canonical-csv.md) as it comes, in buffers cut anywhere.
 * Linear, byte by byte, and makes no text of anything. After a fault it takes no more.
 */
export class CsvValidator {
  rows = 0;
  fault: CsvFault | undefined;
  #columns: number | undefined;
  #place: Place = 'start';
  #field = 1;
  #offset = 0;
  /** Offset of the row's first byte, and whether all of the row so far is `\.`. */
  #rowStart = 0;
  #mark = true;
  readonly #utf8 = new Utf8Check();

  /** `columns`: fields of every row; without it the first row says how many. */
  constructor(columns?: number) {
    this.#columns = columns;
  }

  push(bytes: Uint8Array): CsvFault | undefined {
    for (let at = 0; at < bytes.length && this.fault === undefined; at += 1) {
      const byte = bytes[at] as number;
      const reason = this.#encodingFault(byte) ?? this.#step(byte);
      if (reason === undefined) this.#offset += 1;
      else this.#refuse(reason);
    }
    return this.fault;
  }

  /** No more bytes come. */
  end(): CsvFault | undefined {
    if (this.fault !== undefined) return this.fault;
    if (this.#utf8.open) this.#refuse('the data end within a character');
    else if (this.#place === 'quoted') this.#refuse('the data end within a quoted field');
    else if (this.#offset > this.#rowStart) this.#refuse('the last row does not end in LF');
    return this.fault;
  }

  #refuse(reason: string): void {
    this.fault = { row: this.rows + 1, field: this.#field, offset: this.#offset, reason };
  }

  #encodingFault(byte: number): string | undefined {
    if (byte === 0) return 'NUL';
    if (byte < 0x80 && !this.#utf8.open) return undefined;
    return this.#utf8.accepts(byte) ? undefined : 'not UTF-8';
  }

  #step(byte: number): string | undefined {
    if (this.#place === 'quoted') {
      if (byte === quote) this.#place = 'after-quote';
      return undefined;
    }
    if (byte === lf) return this.#endRow();
    if (byte === comma) return this.#endField();
    if (byte === quote) return this.#quote();
    if (this.#place === 'after-quote') return 'text after a closing quote';
    if (byte === cr) return 'CR outside quotes';
    const at = this.#offset - this.#rowStart;
    this.#mark &&= at < 2 && byte === (at === 0 ? backslash : dot);
    this.#place = 'bare';
    return undefined;
  }

  #quote(): string | undefined {
    if (this.#place === 'bare') return 'a quote in a field that does not begin with one';
    this.#mark = false;
    this.#place = 'quoted';
    return undefined;
  }

  #endField(): string | undefined {
    if (this.#field === this.#columns) return `more than ${this.#columns} fields`;
    this.#mark = false;
    this.#place = 'start';
    this.#field += 1;
    return undefined;
  }

  #endRow(): string | undefined {
    this.#columns ??= this.#field;
    if (this.#field < this.#columns) return `${this.#field} of ${this.#columns} fields`;
    if (this.#mark && this.#offset - this.#rowStart === 2) return 'a line \\. that is not quoted';
    this.rows += 1;
    this.#field = 1;
    this.#place = 'start';
    this.#rowStart = this.#offset + 1;
    this.#mark = true;
    return undefined;
  }
}

/** What the next byte of a character may be, and how many are still to come after it. */
interface Expected {
  readonly low: number;
  readonly high: number;
  readonly left: number;
}

const continuation = (left: number): Expected => ({ low: 0x80, high: 0xbf, left });

/**
 * First bytes with what must follow (RFC 3629, section 4): no overlong form, no surrogate, nothing
 * above U+10FFFF.
 */
function afterLead(byte: number): Expected | undefined {
  if (byte < 0xc2 || byte > 0xf4) return undefined;
  if (byte < 0xe0) return continuation(0);
  if (byte === 0xe0) return { low: 0xa0, high: 0xbf, left: 1 };
  if (byte === 0xed) return { low: 0x80, high: 0x9f, left: 1 };
  if (byte < 0xf0) return continuation(1);
  if (byte === 0xf0) return { low: 0x90, high: 0xbf, left: 2 };
  if (byte === 0xf4) return { low: 0x80, high: 0x8f, left: 2 };
  return continuation(2);
}

/** UTF-8, a byte at a time, for bytes above ASCII and those that are due after one. */
class Utf8Check {
  #expected: Expected | undefined;

  /** In the middle of a character. */
  get open(): boolean {
    return this.#expected !== undefined;
  }

  /** `false`: the byte can't stand here. */
  accepts(byte: number): boolean {
    const expected = this.#expected;
    if (expected === undefined) {
      this.#expected = byte < 0x80 ? undefined : afterLead(byte);
      return byte < 0x80 || this.#expected !== undefined;
    }
    this.#expected = expected.left === 0 ? undefined : continuation(expected.left - 1);
    return byte >= expected.low && byte <= expected.high;
  }
}
