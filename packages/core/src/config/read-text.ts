import { isScalar, LineCounter, parseDocument } from 'yaml';

import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { findJsonFault } from './json-syntax.ts';

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
