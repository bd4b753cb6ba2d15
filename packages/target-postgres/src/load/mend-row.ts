import type { TablePlan } from '@snowmelt/core';

import { quoteIdentifier, quoteTable } from '../quote-identifier.ts';

const orElse =
  'Or correct the row at the source. Then run the same command again. To load all other rows, set on_row_error: quarantine.';

/** What makes the target take a row that it has refused. */
export function mendRow(
  { sqlState, column }: { readonly sqlState: string; readonly column?: string | undefined },
  { target }: TablePlan,
): { readonly fix?: string } {
  const alter = `ALTER TABLE ${quoteTable(target)}`;
  const ofColumn = column === undefined ? undefined : `${alter} ALTER ${quoteIdentifier(column)}`;
  const mend = mends[sqlState]?.(alter, ofColumn) ?? ofType(sqlState, ofColumn);
  return mend === undefined ? {} : { fix: `${mend} ${orElse}` };
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
