import { SnowmeltError } from '@snowmelt/core';

const quote = 0x22;
const comma = 0x2c;
const bracketOpen = 0x5b;
const backslash = 0x5c;
const bracketClose = 0x5d;
const lineFeed = 0x0a;
const unicode = 0x75;

/** Which rows of a part of a result are wanted, counted from 0; `to` is not. */
export interface RowWindow {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a part of a result whose rows hold one text each, `["a"],["b"]` without brackets around
 * (snowflake-sdk 3.3, connection/result/chunk), and gives the texts as UTF-8 lines. It sees one
 * byte after the other, whatever the size of part and line (P6). Throws `SOURCE.STREAM_BROKEN` for
 * anything else, without a byte of it (P7).
 */
export class LineParser {
  readonly #window: RowWindow;
  /** What may come next: the rest of a text, of an escape in it, or what stands between texts. */
  #inside: 'text' | 'escape' | 'unicode' | 'frame' = 'frame';
  /** How far between two texts: the index of the byte in `frame` that has to come. */
  #step = 0;
  #rows = 0;
  #wanted: boolean;
  #digits = '';
  /** The first half of a character outside the basic plane. */
  #high: number | undefined;

  constructor(window: RowWindow) {
    this.#window = window;
    this.#wanted = window.from <= 0 && window.to > 0;
  }

  /** Rows that were read to their end, wanted or not. */
  get rows(): number {
    return this.#rows;
  }

  /** The wanted lines in `part`, as far as they are in it. */
  push(part: Buffer): Buffer {
    // An escape that began in the part before may end in this one's first byte.
    const out = Buffer.allocUnsafe(part.length + 4);
    let length = 0;
    let index = 0;
    while (index < part.length) {
      if (this.#inside === 'text' && this.#high === undefined) {
        const end = plainEnd(part, index);
        if (this.#wanted) length = copyBytes(part, { index, end }, out, length);
        index = end;
        if (index === part.length) break;
      }
      length = this.#take(part[index++] as number, out, length);
    }
    return out.subarray(0, length);
  }

  /** Throws where the part ended within a row, or held other rows than announced. */
  end(announced: number): void {
    const whole = this.#inside === 'frame' && this.#step === (this.#rows === 0 ? 0 : afterRow);
    if (!whole) throw this.#broken();
    if (this.#rows !== announced) throw miscounted(this.#rows, announced);
  }

  #take(byte: number, out: Buffer, length: number): number {
    if (this.#inside === 'frame') return this.#frame(byte, out, length);
    if (this.#inside === 'escape') return this.#escape(byte, out, length);
    if (this.#inside === 'unicode') return this.#unicode(byte, out, length);
    // A text ends or is escaped here; no control character stands in a text of JSON.
    if (byte === backslash) this.#inside = 'escape';
    else if (byte === quote && this.#high === undefined) this.#inside = 'frame';
    else throw this.#broken();
    return length;
  }

  #frame(byte: number, out: Buffer, length: number): number {
    if (byte !== frame[this.#step]) {
      if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return length;
      throw this.#broken();
    }
    this.#step = (this.#step + 1) % frame.length;
    if (byte === quote) this.#inside = 'text';
    if (byte !== bracketClose) return length;
    if (this.#wanted) out[length++] = lineFeed;
    this.#rows += 1;
    this.#wanted = this.#rows >= this.#window.from && this.#rows < this.#window.to;
    return length;
  }

  #escape(byte: number, out: Buffer, length: number): number {
    if (byte === unicode) {
      this.#digits = '';
      this.#inside = 'unicode';
      return length;
    }
    const meaning = escapes[byte];
    if (meaning === undefined || this.#high !== undefined) throw this.#broken();
    this.#inside = 'text';
    if (this.#wanted) out[length++] = meaning;
    return length;
  }

  #unicode(byte: number, out: Buffer, length: number): number {
    this.#digits += String.fromCharCode(byte);
    if (this.#digits.length < 4) return length;
    if (!/^[\da-f]{4}$/iu.test(this.#digits)) throw this.#broken();
    this.#inside = 'text';
    const unit = Number.parseInt(this.#digits, 16);
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (isLow !== (this.#high !== undefined)) throw this.#broken();
    if (unit >= 0xd800 && unit <= 0xdbff) {
      this.#high = unit;
      return length;
    }
    const text = String.fromCharCode(...(this.#high === undefined ? [] : [this.#high]), unit);
    this.#high = undefined;
    return this.#wanted ? length + out.write(text, length) : length;
  }

  #broken(): SnowmeltError {
    const message = `A part of the result cannot be read from its row ${String(this.#rows + 1)} on.`;
    return new SnowmeltError('SOURCE.STREAM_BROKEN', message);
  }
}

/** What stands between texts, with white space anywhere; a text follows the quote. */
const frame = [bracketOpen, quote, bracketClose, comma] as const;
const afterRow = frame.indexOf(comma);

/** What a character behind a backslash stands for, by their codes; `u` is another matter. */
const escapes: (number | undefined)[] = [];
for (const [letter, meaning] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  escapes[(letter as string).charCodeAt(0)] = (meaning as string).charCodeAt(0);
}

/** The index of the first byte from `index` on that a text does not hold as it is. */
function plainEnd(part: Buffer, index: number): number {
  let end = index;
  while (end < part.length) {
    const byte = part[end] as number;
    if (byte === quote || byte === backslash || byte < 0x20) break;
    end += 1;
  }
  return end;
}

/** A call of `copy` costs more than the few bytes that most runs have. */
function copyBytes(
  part: Buffer,
  { index, end }: { readonly index: number; readonly end: number },
  out: Buffer,
  length: number,
): number {
  if (end - index > 200) return length + part.copy(out, length, index, end);
  let at = length;
  for (let from = index; from < end; from += 1) out[at++] = part[from] as number;
  return at;
}

export function miscounted(count: number, announced: number): SnowmeltError {
  const message = `${String(count)} rows came of ${String(announced)} announced.`;
  return new SnowmeltError('SOURCE.STREAM_BROKEN', message);
}
