import { isScalar, LineCounter, parseDocument } from 'yaml';

import { SnowmeltError } from '../errors/snowmelt-error.ts';

export type TextFormat = 'json' | 'yaml';

/** By the file's ending; else by how the text begins. */
export function detectFormat(text: string, path?: string): TextFormat {
  if (path !== undefined && /\.ya?ml$/i.test(path)) return 'yaml';
  if (path !== undefined && /\.json$/i.test(path)) return 'json';
  return /^\uFEFF?\s*\{/.test(text) ? 'json' : 'yaml';
}

/** Throws `CONFIG.SYNTAX` with line and column, and with none of the text, which may be secret. */
export function readText(text: string, file: string, format: TextFormat): unknown {
  const clean = text.replace(/^\uFEFF/, '');
  return format === 'json' ? readJson(clean, file) : readYaml(clean, file);
}

function readJson(text: string, file: string): unknown {
  const fault = findJsonFault(text);
  if (fault !== undefined) throw syntaxError(file, fault.problem, positionOf(text, fault.offset));
  return JSON.parse(text);
}

function readYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    prettyErrors: false,
    lineCounter: lines,
    uniqueKeys: sameKey,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    // What follows a colon in the parser's messages is a piece of the file.
    const problem = error.message.split(': ')[0] ?? error.code;
    const { line, col } = lines.linePos(error.pos[0]);
    throw syntaxError(file, problem, { line, column: col });
  }
  return document.toJS({ maxAliasCount: 1000 });
}

/** Keys that may not stand twice in one mapping; comments may. */
function sameKey(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isScalar(a) || !isScalar(b)) return false;
  return a.value === b.value && !/^[_$]/.test(String(a.value));
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function syntaxError(
  file: string,
  problem: string,
  { line, column }: { line: number; column: number },
): SnowmeltError {
  return new SnowmeltError('CONFIG.SYNTAX', `${file}:${line}:${column}: ${problem}`);
}

/** Where a text stops being JSON, and why. No part of the text is repeated: it may hold secrets. */
interface JsonFault {
  readonly offset: number;
  readonly problem: string;
}

class Fault extends Error {
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(problem);
    this.offset = offset;
  }
}

// JSON forbids bare control characters in strings.
// oxlint-disable-next-line no-control-regex
const stringPattern = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalarPattern = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
/** It worked where variables were put in before the file was read. */
const bareVariable =
  'a variable needs double quotes around it; one that holds a number is read as one all the same';

const spacePattern = /[ \t\r\n]*/y;

/** Finds what `JSON.parse` says without a position, and duplicate keys, which it says nothing of. */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    const end = skipSpace(text, scanValue(text, skipSpace(text, 0)));
    if (end < text.length) throw new Fault(end, 'unexpected text after the end of the document');
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { offset: error.offset, problem: error.message };
  }
}

function scanValue(text: string, at: number): number {
  if (text[at] === '{') return scanObject(text, at);
  if (text[at] === '[') return scanArray(text, at);
  if (text[at] === '"') return scanString(text, at);
  if (text.startsWith('${', at)) fail(text, at, bareVariable);
  return match(scalarPattern, text, at) ?? fail(text, at, 'expected a value');
}

function scanObject(text: string, open: number): number {
  const keys = new Set<string>();
  let at = skipSpace(text, open + 1);
  if (text[at] === '}') return at + 1;
  for (;;) {
    if (text[at] !== '"') fail(text, at, 'expected a key in double quotes');
    const keyEnd = scanString(text, at);
    const key = text.slice(at + 1, keyEnd - 1);
    // Comments may repeat.
    if (keys.has(key) && !/^[_$]/.test(key))
      throw new Fault(at, `the key ${key} stands twice in one object`);
    keys.add(key);
    at = skipSpace(text, keyEnd);
    if (text[at] !== ':') fail(text, at, 'expected a colon');
    at = skipSpace(text, scanValue(text, skipSpace(text, at + 1)));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') fail(text, at, 'expected a comma or the end of the object');
    at = skipSpace(text, at + 1);
  }
}

function scanArray(text: string, open: number): number {
  let at = skipSpace(text, open + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = skipSpace(text, scanValue(text, at));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') fail(text, at, 'expected a comma or the end of the list');
    at = skipSpace(text, at + 1);
  }
}

function scanString(text: string, at: number): number {
  return (
    match(stringPattern, text, at) ??
    fail(text, at, 'this string does not end, or has a line break or a bad escape in it')
  );
}

function skipSpace(text: string, at: number): number {
  return match(spacePattern, text, at) ?? at;
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function fail(text: string, at: number, problem: string): never {
  throw new Fault(at, at >= text.length ? `${problem}, but the file ends here` : problem);
}
