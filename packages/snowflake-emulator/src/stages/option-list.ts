/** The `KEY = value` lists of CREATE STAGE, FILE_FORMAT = ( … ) and COPY INTO. */

import { isDigit } from './characters.ts';
import type { CommandScanner } from './command-scanner.ts';
import { invalidParameter, invalidValue } from './errors.ts';

export type OptionValue =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly OptionValue[] }
  | { readonly kind: 'options'; readonly options: OptionMap };

/** Upper-case name to value, in the order written. */
export type OptionMap = ReadonlyMap<string, OptionValue>;

/** Reads options until something follows that is no `NAME =`. */
export function readOptions(scanner: CommandScanner): OptionMap {
  const options = new Map<string, OptionValue>();
  for (;;) {
    const start = scanner.position;
    if (options.size > 0) scanner.acceptSymbol(',');
    const name = scanner.peekWord();
    if (name === undefined) return rewound(scanner, start, options);
    scanner.word();
    if (!scanner.acceptSymbol('=')) return rewound(scanner, start, options);
    options.set(name, readValue(scanner));
  }
}

function rewound(scanner: CommandScanner, start: number, options: OptionMap): OptionMap {
  scanner.rewind(start);
  return options;
}

function readValue(scanner: CommandScanner): OptionValue {
  const next = scanner.peek();
  if (next === '(') return readParenthesized(scanner);
  if (next === "'" || next === '$') return { kind: 'string', text: scanner.string() };
  if (isDigit(next) || next === '-' || next === '+') {
    return { kind: 'number', text: scanner.number() };
  }
  return { kind: 'word', text: readName(scanner) };
}

/** A word, or a qualified name such as `db.schema.format`, as it was written. */
function readName(scanner: CommandScanner): string {
  if (scanner.peek() === '') throw scanner.unexpected();
  const start = scanner.position;
  scanner.qualifiedName();
  return scanner.text.slice(start, scanner.position);
}

function readParenthesized(scanner: CommandScanner): OptionValue {
  scanner.expectSymbol('(');
  const options = readOptions(scanner);
  if (options.size > 0) {
    scanner.expectSymbol(')');
    return { kind: 'options', options };
  }
  const items: OptionValue[] = [];
  while (!scanner.acceptSymbol(')')) {
    if (items.length > 0) scanner.expectSymbol(',');
    items.push(readValue(scanner));
  }
  return { kind: 'list', items };
}

/** The value as Snowflake's messages quote it: strings in quotes, words and numbers bare. */
export function showValue(value: OptionValue): string {
  switch (value.kind) {
    case 'string':
      return `'${value.text}'`;
    case 'list':
      return `(${value.items.map(showValue).join(', ')})`;
    case 'options':
      return `(${[...value.options].map(([name, v]) => `${name} = ${showValue(v)}`).join(' ')})`;
    case 'word':
    case 'number':
      return value.text;
  }
}

/** Refuses any option that is not in `known`. */
export function checkNames(options: OptionMap, known: readonly string[]): void {
  for (const name of options.keys()) if (!known.includes(name)) throw invalidParameter(name);
}

/** TRUE or FALSE as a word: Snowflake refuses `'TRUE'` in quotes. */
export function booleanOption(options: OptionMap, name: string, otherwise: boolean): boolean {
  const value = options.get(name);
  if (value === undefined) return otherwise;
  const word = value.kind === 'word' ? value.text.toUpperCase() : '';
  if (word !== 'TRUE' && word !== 'FALSE') throw invalidValue(showValue(value), name);
  return word === 'TRUE';
}

/** A string or a word, as written. */
export function textOption(options: OptionMap, name: string): string | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  if (value.kind !== 'string' && value.kind !== 'word') throw invalidValue(showValue(value), name);
  return value.text;
}

/** One of some words, in upper case; quoted or bare. */
export function choiceOption<T extends string>(
  options: OptionMap,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textOption(options, name)?.toUpperCase();
  if (text === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw invalidValue(text, name);
  return choice;
}

/** An integer of at least `minimum`. */
export function integerOption(
  options: OptionMap,
  name: string,
  minimum: number,
): number | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  const number = value.kind === 'number' ? Number(value.text) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < minimum) {
    throw invalidValue(showValue(value), name);
  }
  return number;
}

/** Strings of a list, or one string alone: `('a', 'b')`, `()`, `'a'`. */
export function stringsOption(options: OptionMap, name: string): readonly string[] | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  const items = value.kind === 'list' ? value.items : [value];
  return items.map((item) => {
    if (item.kind !== 'string') throw invalidValue(showValue(value), name);
    return item.text;
  });
}

/** A list in parentheses of options: `(TYPE = CSV …)`. */
export function nestedOptions(options: OptionMap, name: string): OptionMap | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  if (value.kind === 'options') return value.options;
  if (value.kind === 'list' && value.items.length === 0) return new Map();
  throw invalidValue(showValue(value), name);
}
