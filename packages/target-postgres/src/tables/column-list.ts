import type { TablePlan } from '@snowmelt/core';

import { quoteIdentifier } from '../sql/quote-identifier.ts';

/** The target columns of the plan, in the order of the CSV fields. */
export function columnList(table: TablePlan): string {
  return table.columns.map(({ target }) => quoteIdentifier(target)).join(', ');
}
