import type { SqlError } from '../../engine/contract.ts';
import { unsupported } from '../unsupported.ts';
import { syntaxError, tokenize, type Token } from './tokenize.ts';
import { uncoveredAt } from './uncovered.ts';
import type { Expr, Query } from './tree.ts';

/** How to read what is nested in anything else; see `parse.ts`, which ties the parts together. */
export interface Grammar {
  readonly expression: (reader: TokenReader) => Expr;
  readonly query: (reader: TokenReader) => Query;
}

/** The text that a variable or binding holds where a name is expected; `binding` counts the `?` so far. */
export type NameInText = (token: Token, binding: number) => string | undefined;

/** A statement's tokens and a place in them. */
export class TokenReader {
  readonly sql: string;
  readonly grammar: Grammar;
  /** What the bare type name TIMESTAMP stands for: the parameter TIMESTAMP_TYPE_MAPPING. */
  readonly timestampMapping: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  /** `?` bindings read so far. */
  bindings = 0;

  readonly #names: NameInText | undefined;

  constructor(
    sql: string,
    grammar: Grammar,
    timestampMapping = 'TIMESTAMP_NTZ',
    names?: NameInText,
  ) {
    this.sql = sql;
    this.grammar = grammar;
    this.timestampMapping = timestampMapping;
    this.#names = names;
    this.#tokens = tokenize(sql);
  }

  get token(): Token {
    return this.peek(0);
  }

  get position(): number {
    return this.#at;
  }

  /** Where the token before the present one ended. */
  get lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  rewind(position: number): void {
    this.#at = position;
  }

  peek(ahead: number): Token {
    const index = Math.min(this.#at + ahead, this.#tokens.length - 1);
    const token = this.#tokens[index];
    if (token === undefined) throw syntaxError(this.sql, this.sql.length, '<EOF>');
    return token;
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  error(token: Token = this.token): SqlError {
    const uncovered = uncoveredAt(this.#tokens, this.#tokens.indexOf(token));
    if (uncovered !== undefined) return unsupported(uncovered);
    const text = token.kind === 'end' ? '<EOF>' : this.sql.slice(token.start, token.end);
    return syntaxError(this.sql, token.start, text);
  }

  isWord(...words: readonly string[]): boolean {
    return words.every((word, i) => {
      const token = this.peek(i);
      return token.kind === 'word' && token.text === word;
    });
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === symbol;
  }

  /** Consumes the words if all of them follow. */
  accept(...words: readonly string[]): boolean {
    if (!this.isWord(...words)) return false;
    this.#at += words.length;
    return true;
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.#at += 1;
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.error();
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.error();
  }

  /** One of the words, which is consumed; undefined if none follows. */
  acceptOneOf<W extends string>(...words: readonly W[]): W | undefined {
    const found = words.find((word) => this.isWord(word));
    if (found !== undefined) this.next();
    return found;
  }

  identifier(): string {
    if (this.token.kind !== 'word' && this.token.kind !== 'quoted') throw this.error();
    return this.next().text;
  }

  /** `a.b.c`, `a..c` for the schema PUBLIC, and IDENTIFIER('a.b.c'), also of a variable or binding. */
  name(): string[] {
    if (this.isNameInText('IDENTIFIER')) return this.nameInText();
    const parts = [this.identifier()];
    while (this.acceptSymbol('.')) {
      parts.push(this.isSymbol('.') ? 'PUBLIC' : this.identifier());
    }
    return parts;
  }

  /** `IDENTIFIER('t')`, `TABLE($v)`, `IDENTIFIER(?)`: an object's name as a text. */
  isNameInText(word: 'IDENTIFIER' | 'TABLE'): boolean {
    const { kind } = this.peek(2);
    const isText = kind === 'string' || kind === 'binding';
    return this.isWord(word) && this.isSymbol('(', 1) && isText && this.isSymbol(')', 3);
  }

  nameInText(): string[] {
    this.next();
    this.expectSymbol('(');
    const token = this.next();
    this.expectSymbol(')');
    if (token.kind === 'binding' && token.text === '?') this.bindings += 1;
    const text = token.kind === 'string' ? token.text : this.#names?.(token, this.bindings);
    if (text === undefined) throw this.error(token);
    const inner = new TokenReader(text, this.grammar);
    const name = inner.name();
    inner.expectEnd();
    return name;
  }

  string(): string {
    if (this.token.kind !== 'string') throw this.error();
    return this.next().text;
  }

  integer(): number {
    if (this.token.kind !== 'number' || !/^\d+$/.test(this.token.text)) throw this.error();
    return Number(this.next().text);
  }

  expression(): Expr {
    return this.grammar.expression(this);
  }

  query(): Query {
    return this.grammar.query(this);
  }

  /** `item, item, …` */
  list<T>(read: () => T): T[] {
    const items = [read()];
    while (this.acceptSymbol(',')) items.push(read());
    return items;
  }

  /** `(item, item, …)`, possibly empty. */
  parenthesised<T>(read: () => T): T[] {
    this.expectSymbol('(');
    if (this.acceptSymbol(')')) return [];
    const items = this.list(read);
    this.expectSymbol(')');
    return items;
  }

  /** True at the end of the statement. */
  atEnd(): boolean {
    return this.token.kind === 'end' || this.isSymbol(';');
  }

  expectEnd(): void {
    this.acceptSymbol(';');
    if (this.token.kind !== 'end') throw this.error();
  }
}
