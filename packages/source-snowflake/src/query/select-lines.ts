import type { TablePlan } from '@snowmelt/core';

import { rangeConditions, type KeyRange } from '../plan/key-range.ts';
import { renderLine } from '../render/render-line.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { fromClause, whereClause } from '../sql/relation.ts';

/** One VARCHAR a row: its canonical CSV line. Both ways of extraction read this (decision 0002). */
export function selectLines(table: TablePlan, range: KeyRange): string {
  return [
    `SELECT ${renderLine(table.columns)} AS "LINE"`,
    `FROM ${fromClause(table)}`,
    whereClause(table, ...rangeConditions(range)),
    orderBy(table),
  ]
    .filter((clause) => clause !== '')
    .join('\n');
}

function orderBy({ read }: TablePlan): string {
  if (read.sortColumns.length === 0) return '';
  return `ORDER BY ${read.sortColumns.map(quoteIdentifier).join(', ')}`;
}
