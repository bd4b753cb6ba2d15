import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { columnList } from './column-list.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { quoteShadow, shadowName } from './shadow-table.ts';

/** The column that says what became of a row: `I` or `D`. No target column has its name. */
export function actionColumn({ columns }: TablePlan): string {
  const taken = new Set(columns.map(({ target }) => target));
  let name = 'snowmelt_action';
  while (taken.has(name)) name += '_';
  return name;
}

/** The fields of a change, in their order: what became of the row, then the plan's columns. */
export function changeColumns(table: TablePlan): readonly string[] {
  return [actionColumn(table), ...table.columns.map(({ target }) => target)];
}

/**
 * Makes the table in which a run gathers changes: the target's types and none of its constraints,
 * since a deleted row has its key only. Logged, as the ledger's word outlives a crash.
 */
export async function createChangeTable(session: Session, table: TablePlan): Promise<string> {
  const name = shadowName(table);
  await session.onTable(
    `CREATE TABLE ${quoteShadow(name)} AS
     SELECT NULL::pg_catalog."char" AS ${quoteIdentifier(actionColumn(table))}, ${columnList(table)}
     FROM ${quoteTable(table.target)} WITH NO DATA`,
  );
  return name;
}
