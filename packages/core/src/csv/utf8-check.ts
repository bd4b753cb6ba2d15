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
export class Utf8Check {
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
