import type { z } from 'zod';

import { SnowmeltError } from '@snowmelt/core';

import type { NamedRows } from './result-rows.ts';

/** What Snowflake was asked. */
export interface Question {
  /** In words that follow "about": `the snapshot point`. */
  readonly about: string;
  /** The answer holds values of a table's rows, or a secret: none of it is told (P7). */
  readonly hidden?: boolean;
}

/**
 * The answer to a statement of ours, in the form that the caller counts on. Throws
 * `SOURCE.UNEXPECTED_ANSWER`: a server may print what another one prints otherwise, and whoever
 * reports that needs the text.
 */
export function readAnswer<T>(schema: z.ZodType<T>, rows: NamedRows, question: Question): T {
  const { data, error } = schema.safeParse(rows);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const path = issue?.path ?? [];
  const got = path.length === 0 ? `${rows.length} rows` : valueAt(rows, path, question);
  const problem = `${placeOf(path)}${issue?.message ?? 'Invalid input'}; it is ${got}`;
  throw unexpectedAnswer(question, problem, rows);
}

export function unexpectedAnswer(
  { about }: Question,
  problem: string,
  { queryId }: Pick<NamedRows, 'queryId'>,
): SnowmeltError {
  const query = queryId === undefined ? '' : ` (query ${queryId})`;
  const message = `Snowflake's answer about ${about} has an unexpected form: ${problem}${query}.`;
  return new SnowmeltError('SOURCE.UNEXPECTED_ANSWER', message);
}

/** Rows are counted from 1, and columns named as `NamedRow` names them. */
function placeOf([row, ...within]: readonly PropertyKey[]): string {
  if (typeof row !== 'number') return '';
  return `${[`row ${row + 1}`, ...within.map(String)].join(', ')}: `;
}

const shownCharacters = 100;

function valueAt(rows: NamedRows, path: readonly PropertyKey[], { hidden }: Question): string {
  const value = path.reduce<unknown>((at, key) => Object(at)[key], rows);
  if (value === undefined || value === null) return value === null ? 'NULL' : 'absent';
  if (hidden === true) return `a ${typeof value}`;
  const text = JSON.stringify(value);
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}
