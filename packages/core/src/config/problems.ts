import { z } from 'zod';

import { nearestWord } from '../words/nearest-word.ts';
import { formatPath, type KeyPath } from './plain-object.ts';

/** One thing that is wrong with a configuration, and where. */
export interface Problem {
  readonly path: KeyPath;
  readonly problem: string;
}

export function formatProblem({ path, problem }: Problem): string {
  return path.length === 0 ? problem : `${formatPath(path)}: ${problem}`;
}

/** A file of something else has thousands of keys, and comparing takes its time. */
const mostCompared = 100;

/** The issues of a parse in the words of the file, one for each key. */
export function problemsOf(error: z.ZodError, schema: z.ZodType): readonly Problem[] {
  return error.issues.flatMap((issue): readonly Problem[] => {
    if (issue.code !== 'unrecognized_keys') {
      return [{ path: issue.path, problem: describeIssue(issue) }];
    }
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key, index) => ({
      path: [...issue.path, key],
      problem: index < mostCompared ? unknownKey(key, known) : 'unknown key',
    }));
  });
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return 'is missing';
  }
  if (issue.code === 'invalid_union') return issue.errors.flat().map(describeIssue).join(', or ');
  if (issue.code === 'too_small') return tooSmall(issue.origin, issue.minimum);
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  return issue.message.replace(/^Invalid (?:input|option|string): /, '');
}

function tooSmall(origin: string, minimum: number | bigint): string {
  if (origin === 'string') return 'may not be empty';
  return origin === 'array' ? `needs at least ${minimum}` : `must be at least ${minimum}`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestWord(key, known);
  return nearest === undefined
    ? `unknown key; known here: ${known.join(', ')}`
    : `unknown key; did you mean ${nearest}?`;
}

/** The keys that a schema has at a path of the data. */
function knownKeys(schema: z.ZodType, path: KeyPath): readonly string[] {
  const inner = unwrap(schema);
  const [head, ...rest] = path;
  if (inner instanceof z.ZodObject) {
    const shape: Record<string, z.ZodType> = inner.shape;
    if (head === undefined) return Object.keys(shape);
    const next = shape[String(head)];
    return next === undefined ? [] : knownKeys(next, rest);
  }
  if (inner instanceof z.ZodArray && head !== undefined) {
    return knownKeys(inner.element as z.ZodType, rest);
  }
  return [];
}

/** The schema inside `.optional()` and `.default()`. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}
