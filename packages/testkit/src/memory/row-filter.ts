import { SnowmeltError, type ColumnSchema } from '@snowmelt/core';

import type { TextRow } from './rows.ts';

const comparison = /^\s*"?(\w+)"?\s*(<=|>=|<>|=|<|>)\s*(?:'((?:[^']|'')*)'|(-?[\d.]+))\s*$/;
const nullTest = /^\s*"?(\w+)"?\s+IS\s+(NOT\s+)?NULL\s*$/i;

const order: Record<string, (compared: number) => boolean> = {
  '=': (compared) => compared === 0,
  '<>': (compared) => compared !== 0,
  '<': (compared) => compared < 0,
  '>': (compared) => compared > 0,
  '<=': (compared) => compared <= 0,
  '>=': (compared) => compared >= 0,
};

/**
 * The test that a filter makes of a row. It understands `COLUMN op literal` and `COLUMN IS [NOT]
 * NULL`; anything else is refused as a database refuses a statement: `SOURCE.STATEMENT_FAILED`.
 */
export function rowFilter(
  filter: string | undefined,
  columns: readonly ColumnSchema[],
): (row: TextRow) => boolean {
  if (filter === undefined) return () => true;
  const compared = comparison.exec(filter);
  if (compared !== null) return compareWith(compared, columns);
  const tested = nullTest.exec(filter);
  if (tested === null) throw refused(`the in-memory source does not understand: ${filter}`);
  const index = indexOf(tested[1] ?? '', columns);
  return (row) => (row[index] === null) === (tested[2] === undefined);
}

function compareWith(parts: RegExpExecArray, columns: readonly ColumnSchema[]) {
  const [, name = '', operator = '', text, number] = parts;
  const index = indexOf(name, columns);
  const holds = order[operator];
  if (holds === undefined) throw refused(`no such operator: ${operator}`);
  const literal = number ?? (text ?? '').replaceAll("''", "'");
  const compare = number === undefined ? compareTexts : compareNumbers;
  return (row: TextRow): boolean => {
    const field = row[index] ?? null;
    return field !== null && holds(compare(field, literal));
  };
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function compareNumbers(one: string, other: string): number {
  return Number(one) - Number(other);
}

function indexOf(name: string, columns: readonly ColumnSchema[]): number {
  const index = columns.findIndex((column) => column.name === name);
  if (index < 0) throw refused(`invalid identifier ${name}`);
  return index;
}

function refused(message: string): SnowmeltError {
  return new SnowmeltError('SOURCE.STATEMENT_FAILED', message);
}
