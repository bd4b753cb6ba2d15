import { SnowmeltError, type TablePlan } from '@snowmelt/core';

import { batchName } from './merge/batch-table.ts';
import { shadowName } from '../swap/shadow-table.ts';
import { isServerError, serverMessage, type ServerError } from '../connect/server-error.ts';

/** SQLSTATE classes that a row is to blame for: data, constraints, limits, a trigger's RAISE. */
const rowClasses = new Set(['22', '23', '44', '54', 'P0']);

/** A row that PostgreSQL refuses becomes `TARGET.ROW_REJECTED` with line and column; else as it is. */
export function rejectedRow(error: unknown, table: TablePlan): unknown {
  if (!isServerError(error) || !rowClasses.has(error.code.slice(0, 2))) return error;
  // No row is to blame: the data ended at a line end within a text.
  if (error.code === '22P04' && /unterminated CSV quoted field/.test(error.message)) {
    return new SnowmeltError('SOURCE.STREAM_BROKEN', 'the data of the chunk end within a row', {
      cause: error,
    });
  }
  const { line, column } = copyPlace(error, table);
  const { schema, name } = table.target;
  const where = [
    `table ${schema}.${name}`,
    line === undefined ? undefined : `line ${line} of the chunk`,
    column === undefined ? undefined : `column ${column}`,
  ].filter((part) => part !== undefined);
  return new SnowmeltError(
    'TARGET.ROW_REJECTED',
    `${serverMessage(error)} (SQLSTATE ${error.code}; ${where.join(', ')})`,
    { cause: error, ...(column === undefined ? {} : { place: { column } }) },
  );
}

/**
 * Reads `COPY t, line 3, column a: "x"`, perhaps below the context of a trigger. A name may hold
 * anything, so names are looked for, not cut out. A server that speaks another language than
 * English tells neither.
 */
function copyPlace(error: ServerError, table: TablePlan): { line?: number; column?: string } {
  const context = error.where ?? '';
  const start = [table.target.name, batchName, shadowName(table)]
    .map((name) => `COPY ${name}, line `)
    .find((text) => context.includes(text));
  if (start === undefined) return error.column === undefined ? {} : { column: error.column };
  const at = context.indexOf(start);
  const match = /^(\d+)(, column )?/.exec(context.slice(at + start.length));
  if (match === null) return error.column === undefined ? {} : { column: error.column };
  const rest = context.slice(at + start.length + match[0].length);
  const column = error.column ?? (match[2] === undefined ? undefined : columnAt(rest, table));
  return { line: Number(match[1]), ...(column === undefined ? {} : { column }) };
}

/** The longest name that the text starts with. */
function columnAt(text: string, table: TablePlan): string | undefined {
  return table.columns
    .map(({ target }) => target)
    .filter((name) => text.startsWith(`${name}:`) || text === name)
    .sort((a, b) => b.length - a.length)[0];
}
