/**
 * A scanner for the stage commands (CREATE STAGE, COPY INTO, LIST, PUT, …). The SQL parser's
 * grammar has no stage paths such as `@db.schema.stage/run/part=2024-01-01/` and no `file:///a*.csv`
 * (its tokenizer takes `//` and `/*` for comments), so these commands are read character by
 * character, and the query inside a COPY is handed on as it was written.
 */

import { isDigit, isSpace, isWordPart, isWordStart, readEscape } from './characters.ts';
import { syntaxError } from './errors.ts';

export class CommandScanner {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get position(): number {
    return this.#at;
  }

  /** Goes back to a `position` read before: for one word of look-ahead. */
  rewind(position: number): void {
    this.#at = position;
  }

  /** The next character after spaces and comments; '' at the end. */
  peek(): string {
    this.#skipSpace();
    return this.text[this.#at] ?? '';
  }

  /** True at the end of the statement: nothing but spaces, comments and semicolons is left. */
  atEnd(): boolean {
    while (this.peek() === ';') this.#at += 1;
    return this.peek() === '';
  }

  /** The next bare word in upper case, not consumed; undefined if there is none. */
  peekWord(): string | undefined {
    if (!isWordStart(this.peek())) return undefined;
    let end = this.#at + 1;
    while (isWordPart(this.text[end] ?? '')) end += 1;
    return this.text.slice(this.#at, end).toUpperCase();
  }

  /** Consumes the words if all of them follow, or nothing. */
  acceptWords(...words: readonly string[]): boolean {
    const start = this.#at;
    for (const word of words) {
      if (this.peekWord() !== word) {
        this.#at = start;
        return false;
      }
      this.#at += word.length;
    }
    return true;
  }

  expectWords(...words: readonly string[]): void {
    for (const word of words) if (!this.acceptWords(word)) throw this.unexpected();
  }

  acceptSymbol(symbol: string): boolean {
    if (this.peek() === '' || !this.text.startsWith(symbol, this.#at)) return false;
    this.#at += symbol.length;
    return true;
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.unexpected();
  }

  expectEnd(): void {
    if (!this.atEnd()) throw this.unexpected();
  }

  /** A bare word, as it was written. */
  word(): string {
    const upper = this.peekWord();
    if (upper === undefined) throw this.unexpected();
    const start = this.#at;
    this.#at += upper.length;
    return this.text.slice(start, this.#at);
  }

  /** An identifier: a bare one folded to upper case, a quoted one as written. */
  identifier(): string {
    if (this.peek() !== '"') return this.word().toUpperCase();
    const start = this.#at + 1;
    let end = this.text.indexOf('"', start);
    while (end >= 0 && this.text[end + 1] === '"') end = this.text.indexOf('"', end + 2);
    if (end < 0) throw this.unexpected();
    this.#at = end + 1;
    return this.text.slice(start, end).replaceAll('""', '"');
  }

  /** `name`, `schema.name`, `database.schema.name`, or `database..name`, whose schema is PUBLIC. */
  qualifiedName(): readonly string[] {
    const parts = [this.identifier()];
    while (this.text[this.#at] === '.') {
      this.#at += 1;
      parts.push(this.text[this.#at] === '.' ? 'PUBLIC' : this.identifier());
    }
    return parts;
  }

  /** A string literal: `'…'` with doubled quotes and backslash escapes, or `$$…$$` as it is. */
  string(): string {
    if (this.peek() === '$' && this.text.startsWith('$$', this.#at)) return this.#dollarString();
    if (this.text[this.#at] !== "'") throw this.unexpected();
    let value = '';
    let at = this.#at + 1;
    while (at < this.text.length) {
      const ch = this.text[at] ?? '';
      if (ch === '\\') {
        const escape = readEscape(this.text, at);
        value += escape.value;
        at += escape.length;
      } else if (ch !== "'") {
        value += ch;
        at += 1;
      } else if (this.text[at + 1] === "'") {
        value += ch;
        at += 2;
      } else {
        this.#at = at + 1;
        return value;
      }
    }
    throw this.unexpected();
  }

  /** An integer or decimal literal, as it was written. */
  number(): string {
    this.#skipSpace();
    const start = this.#at;
    let end = start;
    if (this.text[end] === '-' || this.text[end] === '+') end += 1;
    while (isWordPart(this.text[end] ?? '') || this.text[end] === '.') end += 1;
    if (!isDigit(this.text[end - 1] ?? '')) throw this.unexpected();
    this.#at = end;
    return this.text.slice(start, end);
  }

  /** Characters up to a space or one of `stops`; quoted identifiers inside may hold both. */
  bare(stops: string): string {
    this.#skipSpace();
    const start = this.#at;
    let quoted = false;
    while (this.#at < this.text.length) {
      const ch = this.text[this.#at] ?? '';
      if (ch === '"') quoted = !quoted;
      if (!quoted && (isSpace(ch) || stops.includes(ch))) break;
      this.#at += 1;
    }
    if (this.#at === start) throw this.unexpected();
    return this.text.slice(start, this.#at);
  }

  /** The text inside a pair of parentheses, as it was written. */
  parenthesized(): string {
    this.expectSymbol('(');
    const start = this.#at;
    for (let depth = 1; depth > 0;) {
      const ch = this.peek();
      if (ch === '') throw this.unexpected();
      if (ch === "'" || (ch === '$' && this.text.startsWith('$$', this.#at))) this.string();
      else if (ch === '"') this.identifier();
      else {
        if (ch === '(') depth += 1;
        if (ch === ')') depth -= 1;
        this.#at += 1;
      }
    }
    return this.text.slice(start, this.#at - 1);
  }

  /** The error for whatever stands here. */
  unexpected(): Error {
    const what = this.peekWord() ?? this.peek();
    const lines = this.text.slice(0, this.#at).split('\n');
    const written = this.text.slice(this.#at, this.#at + what.length);
    return syntaxError(lines.length, lines.at(-1)?.length ?? 0, written || '<EOF>');
  }

  #dollarString(): string {
    const end = this.text.indexOf('$$', this.#at + 2);
    if (end < 0) throw this.unexpected();
    const value = this.text.slice(this.#at + 2, end);
    this.#at = end + 2;
    return value;
  }

  #skipSpace(): void {
    for (;;) {
      while (isSpace(this.text[this.#at] ?? '')) this.#at += 1;
      const two = this.text.slice(this.#at, this.#at + 2);
      if (two === '--' || two === '//') this.#skipPast('\n');
      else if (two === '/*') this.#skipPast('*/');
      else return;
    }
  }

  #skipPast(end: string): void {
    const found = this.text.indexOf(end, this.#at + 2);
    this.#at = found < 0 ? this.text.length : found + end.length;
  }
}
