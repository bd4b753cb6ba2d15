/** Stage locations: `@[db.][schema.]stage[/path]`, `@[ns.]%table[/path]`, `@~[/path]`. */

import { CommandScanner } from './command-scanner.ts';

export interface StageReference {
  readonly kind: 'named' | 'table' | 'user';
  /** Folded name parts; empty for the user's stage. */
  readonly name: readonly string[];
  /** What follows the first slash after the name: a prefix of file names, possibly ''. */
  readonly path: string;
  /** As it was written, with its `@`, without quotes around the whole. */
  readonly written: string;
}

/** Reads a location at the scanner: bare (up to a space, `)`, `,` or `;`), or in single quotes. */
export function readStageReference(scanner: CommandScanner): StageReference {
  if (scanner.peek() === "'") return parseStageReference(scanner.string());
  if (scanner.peek() !== '@') throw scanner.unexpected();
  return parseStageReference(scanner.bare('),;'));
}

/** Parses the text of a location, which starts with `@`. */
export function parseStageReference(written: string): StageReference {
  const scanner = new CommandScanner(written);
  scanner.expectSymbol('@');
  if (scanner.acceptSymbol('~')) return { kind: 'user', name: [], ...pathAfter(scanner) };
  const name: string[] = [];
  for (;;) {
    const isTable = scanner.acceptSymbol('%');
    name.push(scanner.text[scanner.position] === '.' ? 'PUBLIC' : scanner.identifier());
    if (isTable) return { kind: 'table', name, ...pathAfter(scanner) };
    if (scanner.text[scanner.position] !== '.') break;
    scanner.expectSymbol('.');
  }
  return { kind: 'named', name, ...pathAfter(scanner) };
}

function pathAfter(scanner: CommandScanner): { path: string; written: string } {
  const rest = scanner.text.slice(scanner.position);
  if (rest !== '' && !rest.startsWith('/')) throw scanner.unexpected();
  return { path: rest.slice(1), written: scanner.text };
}
