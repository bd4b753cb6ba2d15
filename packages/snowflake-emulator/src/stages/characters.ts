/** Character classes of Snowflake's lexer, for one UTF-16 unit at a time ('' is the end of text). */

export function isSpace(ch: string): boolean {
  return ch === ' ' || ch === '\t' || ch === '\n' || ch === '\r' || ch === '\f' || ch === '\v';
}

export function isDigit(ch: string): boolean {
  return ch >= '0' && ch <= '9';
}

export function isWordStart(ch: string): boolean {
  return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch === '_' || ch > '\u007f';
}

export function isWordPart(ch: string): boolean {
  return isWordStart(ch) || isDigit(ch) || ch === '$';
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
};

/**
 * What a backslash sequence stands for, and how many characters it took (the backslash included).
 * Octal `\ooo`, hex `\xhh` and Unicode `\uhhhh` as in Snowflake's "String & binary data types":
 * any other escaped character is itself.
 */
export function readEscape(text: string, at: number): { value: string; length: number } {
  const next = text[at + 1] ?? '';
  const octal = text.slice(at + 1, at + 4);
  if (isCode(octal, 3, 8)) return { value: String.fromCharCode(parseInt(octal, 8)), length: 4 };
  const hex = text.slice(at + 2, at + 4);
  if (next === 'x' && isCode(hex, 2, 16)) {
    return { value: String.fromCharCode(parseInt(hex, 16)), length: 4 };
  }
  const unicode = text.slice(at + 2, at + 6);
  if (next === 'u' && isCode(unicode, 4, 16)) {
    return { value: String.fromCharCode(parseInt(unicode, 16)), length: 6 };
  }
  return { value: ESCAPES[next] ?? next, length: 1 + next.length };
}

function isCode(digits: string, length: number, radix: 8 | 16): boolean {
  if (digits.length !== length) return false;
  for (let i = 0; i < length; i += 1) {
    if (Number.isNaN(parseInt(digits.charAt(i), radix))) return false;
  }
  return true;
}
