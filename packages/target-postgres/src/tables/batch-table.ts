import type { TablePlan } from '@snowmelt/core';

import { quoteIdentifier } from '../sql/quote-identifier.ts';

/** The name is no other's: triggers of the target that name a table without a schema find theirs. */
export const batchName = 'snowmelt_batch';
export const batchTable = `pg_temp.${batchName}`;
/** What of a batch goes into the target, where that has to be tried in parts. */
export const winnersTable = 'pg_temp.snowmelt_winners';

/** The target columns of the plan, in the order of the CSV fields. */
export function columnList(table: TablePlan): string {
  return table.columns.map(({ target }) => quoteIdentifier(target)).join(', ');
}
