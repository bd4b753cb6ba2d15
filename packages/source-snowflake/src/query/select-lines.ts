import type { TablePlan } from '@snowmelt/core';

import { rangeConditions, type KeyRange } from '../plan/key-range.ts';
import { renderChange } from '../render/render-change.ts';
import { renderLine } from '../render/render-line.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { fromClause, whereClause } from '../sql/relation.ts';

/** One VARCHAR a row: its canonical CSV line. Both ways of extraction read this (decision 0002). */
export function selectLines(table: TablePlan, range: KeyRange): string {
  const whole = table.changes?.from === undefined;
  const line = whole ? renderLine(table.columns) : renderChange(table);
  return [
    `SELECT ${line} AS "LINE"`,
    `FROM ${fromClause(table)}`,
    whereClause(table, ...rangeConditions(range)),
    orderBy(table),
  ]
    .filter((clause) => clause !== '')
    .join('\n');
}

function orderBy({ read }: TablePlan): string {
  const sorted = read.sortColumns.map(quoteIdentifier);
  return sorted.length === 0 ? '' : `ORDER BY ${sorted.join(', ')}`;
}
