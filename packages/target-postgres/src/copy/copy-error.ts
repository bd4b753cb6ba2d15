import { SnowmeltError, type TablePlan } from '@snowmelt/core';
import {
  fullMessage,
  isServerError,
  type ServerError,
  serverMessage,
} from '@snowmelt/pg-connection';

import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { batchName } from '../tables/batch-table.ts';
import { keysName } from '../tables/keys-table.ts';
import { shadowName } from '../tables/shadow-table.ts';

/** SQLSTATE classes that a row is to blame for: data, constraints, limits, a trigger's RAISE. */
const rowClasses = new Set(['22', '23', '44', '54', 'P0']);

/** Why PostgreSQL refuses rows, as far as it says so. */
export interface RowRefusal {
  readonly sqlState: string;
  /** May hold values of the row: for `rejected_rows`, which holds the row anyway. */
  readonly message: string;
  /** For errors and logs, where it differs: without values (P7). */
  readonly reason?: string;
  readonly column?: string | undefined;
  /** Of the COPY, counted from 1. */
  readonly line?: number | undefined;
}

/** `undefined` where no row is to blame. */
export function rowRefusal(error: unknown, table: TablePlan): RowRefusal | undefined {
  if (!isServerError(error) || !rowClasses.has(error.code.slice(0, 2))) return undefined;
  return {
    sqlState: error.code,
    message: fullMessage(error),
    reason: reasonOf(error),
    ...copyPlace(error, table),
  };
}

/** Words for numbers that Snowflake has in JSON: `invalid input syntax for type json` says the token. */
const notInJson = /json: .*"(?:NaN|-?Infinity)"/su;

/** What a source writes in place of such a date or time (docs/reference/canonical-csv.md). */
const beforeYear1 = /year -?\d+ is before 1/u;

const afterYear9999 = /year \d+ is after 9999/u;

/** What a source writes behind a value that it knows to be refused: why, and no part of the value. */
const sourceWords: readonly (readonly [RegExp, string])[] = [
  [/has more than \d+ digits of a second/u, ''],
  [beforeYear1, 'its year is before 1'],
  [afterYear9999, 'its year is after 9999'],
  [notInJson, 'JSON has no NaN and no infinities'],
];

function reasonOf(error: ServerError): string {
  const words = sourceWords.flatMap(([pattern, said]) => {
    const found = pattern.exec(fullMessage(error))?.[0];
    return found === undefined ? [] : [said === '' ? found : said];
  });
  const reason = serverMessage(error);
  return words.length === 0 ? reason : `${reason} (${words.join(', ')})`;
}

/** A row that PostgreSQL refuses becomes `TARGET.ROW_REJECTED` with line and column; else as it is. */
export function rejectedRow(error: unknown, table: TablePlan): unknown {
  const refusal = rowRefusal(error, table);
  if (refusal === undefined) return error;
  const { sqlState, message, reason = message, line, column } = refusal;
  // No row is to blame: the data ended at a line end within a text.
  if (sqlState === '22P04' && message.includes('unterminated CSV quoted field')) {
    const broken = 'the data of the chunk end within a row';
    return new SnowmeltError('SOURCE.STREAM_BROKEN', broken, { cause: error });
  }
  const { schema, name } = table.target;
  const where = [
    `table ${schema}.${name}`,
    line === undefined ? undefined : `line ${line} of the chunk`,
    column === undefined ? undefined : `column ${column}`,
    table.keyColumns.length === 0 ? undefined : `key ${table.keyColumns.join(', ')}`,
  ].filter((part) => part !== undefined);
  return new SnowmeltError(
    'TARGET.ROW_REJECTED',
    `${reason} (SQLSTATE ${sqlState}; ${where.join(', ')})`,
    {
      cause: error,
      ...(column === undefined ? {} : { place: { column } }),
      ...mendRow(refusal, table, error),
      ...fixOf(refusal),
    },
  );
}

/** Where a key of the configuration decides what becomes of such values. */
function fixOf({ sqlState, message }: RowRefusal): { readonly fix?: string } {
  // character_not_in_repertoire and untranslatable_character: U+0000 in text, and in jsonb.
  if (sqlState === '22021' || sqlState === '22P05') {
    return {
      fix: 'Set on_unsupported_text: strip or replace, or correct the text at the source; in a key, which no policy changes, only that.',
    };
  }
  // invalid_text_representation; the token is in the detail, in every language.
  if (sqlState === '22P02' && notInJson.test(message)) {
    return {
      fix: 'Set on_unsupported_json: null or text, or correct the number at the source.',
    };
  }
  if (sqlState.startsWith('2200') && message.includes(tooManyDigits)) {
    return { fix: 'Choose another on_extra_digits, or a target column of type text.' };
  }
  if (sqlState.startsWith('2200') && beforeYear1.test(message)) {
    return { fix: 'Correct the date at the source, or take a target column of type text.' };
  }
  if (sqlState.startsWith('2200') && afterYear9999.test(message)) {
    return { fix: 'Set on_lost_zone: utc, correct the date at the source, or take a timestamptz.' };
  }
  return {};
}

/** What a source writes behind a value under `extraDigits: fail`. */
const tooManyDigits = 'digits of a second';

/**
 * Reads `COPY t, line 3, column a: "x"`, perhaps below the context of a trigger. A name may hold
 * anything, so names are looked for, not cut out. A server that speaks another language than
 * English tells neither.
 */
function copyPlace(error: ServerError, table: TablePlan): { line?: number; column?: string } {
  const context = error.where ?? '';
  const start = [table.target.name, batchName, shadowName(table), keysName(table)]
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

const orElse =
  'Or correct the row at the source. Then run the same command again. To load all other rows, set on_row_error: quarantine.';

/** What makes the target take a row that it has refused. */
function mendRow(
  { sqlState, column }: { readonly sqlState: string; readonly column?: string | undefined },
  { target }: TablePlan,
  error: unknown,
): { readonly fix?: string } {
  if (findsNoPartition(error)) {
    const rest = quoteTable({ ...target, name: `${target.name.slice(0, 40)}_default` });
    return { fix: `CREATE TABLE ${rest} PARTITION OF ${quoteTable(target)} DEFAULT; ${orElse}` };
  }
  const alter = `ALTER TABLE ${quoteTable(target)}`;
  const ofColumn = column === undefined ? undefined : `${alter} ALTER ${quoteIdentifier(column)}`;
  const mend = mends[sqlState]?.(alter, ofColumn) ?? ofType(sqlState, ofColumn);
  return mend === undefined ? {} : { fix: `${mend} ${orElse}` };
}

/** No constraint of the table speaks here: it has no partition for the row. */
export function findsNoPartition(error: unknown): boolean {
  return isServerError(error) && error.routine === 'ExecFindPartition';
}

type Mend = (alter: string, ofColumn: string | undefined) => string | undefined;

const dropConstraint: Mend = (alter) => `${alter} DROP CONSTRAINT …; as the message names it.`;

/** Integrity constraint violations, and what a row can't be (PostgreSQL documentation, appendix A). */
const mends: Readonly<Record<string, Mend>> = {
  '23502': (_alter, ofColumn) => ofColumn && `${ofColumn} DROP NOT NULL;`,
  '23503': (alter) =>
    `Load the table that the key refers to in the same run, or ${alter} DROP CONSTRAINT …; as the message names it.`,
  '23505': () =>
    'Rows have one key: name its columns in uniqueness_columns, so that they replace one another, or drop the index that the message names.',
  '23514': dropConstraint,
  '23P01': dropConstraint,
  '22003': (_alter, ofColumn) => ofColumn && `${ofColumn} TYPE numeric;`,
  '54000': () => 'A value is too long for the index that the message names: drop the index.',
};

/** Data exceptions: text takes every value. */
function ofType(sqlState: string, ofColumn: string | undefined): string | undefined {
  return sqlState.startsWith('22') && ofColumn !== undefined ? `${ofColumn} TYPE text;` : undefined;
}
