import { isScalar, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';

import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { checkText, configLimits, tooDeep } from './check-size.ts';

export type TextFormat = 'json' | 'yaml';

/** By the file's ending; else by how the text begins. */
export function detectFormat(text: string, path?: string): TextFormat {
  if (path !== undefined && /\.ya?ml$/i.test(path)) return 'yaml';
  if (path !== undefined && /\.json$/i.test(path)) return 'json';
  return /^\uFEFF?\s*\{/.test(text) ? 'json' : 'yaml';
}

/** Throws `CONFIG.SYNTAX` with line and column, and with none of the text, which may be secret. */
export function readText(text: string, file: string, format: TextFormat): unknown {
  checkText(text, file);
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
  const fail = (problem: string, offset: number) => {
    const { line, col } = lines.linePos(offset);
    return syntaxError(file, problem, { line, column: col });
  };
  try {
    const document = parseDocument(text, {
      prettyErrors: false,
      lineCounter: lines,
      uniqueKeys: sameKey,
      // Its warnings about keys quote them.
      logLevel: 'error',
    });
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) throw fail(yamlProblem(error), error.pos[0]);
    const lost = findLostValue(document);
    if (lost !== undefined) throw fail(lost.problem, lost.offset);
    return document.toJS({ maxAliasCount });
  } catch (error) {
    // By the parser's own recursion, and by aliases of aliases or of what they stand in.
    if (error instanceof RangeError) throw fail(tooDeep, 0);
    if (error instanceof ReferenceError) throw fail(aliasBomb, 0);
    throw error;
  }
}

const maxAliasCount = 1000;
const aliasBomb = `its aliases (*) stand for more than ${maxAliasCount} values in each other, or for what they stand in`;

/** In the parser's words where these quote nothing of the file: what follows their colon does. */
function yamlProblem({ code, message }: YAMLError): string {
  // A RangeError of its own recursion, which it keeps as a problem of the file.
  if (/call stack/u.test(message)) return tooDeep;
  if (code === 'BAD_DQ_ESCAPE') return 'a text in double quotes has a bad escape in it';
  if (code === 'TAG_RESOLVE_FAILED' || code === 'BAD_DIRECTIVE') return needsQuotes('! or %');
  return message.split(': ')[0] ?? code;
}

function needsQuotes(sign: string): string {
  return `a value that begins with ${sign} needs quotes around it`;
}

/** A value that YAML takes for something else by its first character, as passwords may have one. */
function findLostValue(document: Document): JsonFault | undefined {
  const anchors = new Set<string>();
  let found: JsonFault | undefined;
  visit(document, {
    Alias(_, { source, range }) {
      if (anchors.has(source)) return undefined;
      found = { offset: range?.[0] ?? 0, problem: needsQuotes('*') };
      return visit.BREAK;
    },
    Node(_, node) {
      if (!('anchor' in node) || node.anchor === undefined) return undefined;
      anchors.add(node.anchor);
      if (!isScalar(node) || node.value !== null || node.source !== '') return undefined;
      found = { offset: node.range?.[0] ?? 0, problem: needsQuotes('&') };
      return visit.BREAK;
    },
  });
  return found;
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
    const end = skipSpace(text, scanValue(text, skipSpace(text, 0), 0));
    if (end < text.length) throw new Fault(end, 'unexpected text after the end of the document');
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { offset: error.offset, problem: error.message };
  }
}

function scanValue(text: string, at: number, depth: number): number {
  if (depth > configLimits.depth) throw new Fault(at, tooDeep);
  if (text[at] === '{') return scanObject(text, at, depth);
  if (text[at] === '[') return scanArray(text, at, depth);
  if (text[at] === '"') return scanString(text, at);
  if (text.startsWith('${', at)) fail(text, at, bareVariable);
  return match(scalarPattern, text, at) ?? fail(text, at, 'expected a value');
}

function scanObject(text: string, open: number, depth: number): number {
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
    at = skipSpace(text, scanValue(text, skipSpace(text, at + 1), depth + 1));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') fail(text, at, 'expected a comma or the end of the object');
    at = skipSpace(text, at + 1);
  }
}

function scanArray(text: string, open: number, depth: number): number {
  let at = skipSpace(text, open + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = skipSpace(text, scanValue(text, at, depth + 1));
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
