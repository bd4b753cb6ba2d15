import type { TablePlan } from '@snowmelt/core';

import { quoteTable, quoteText } from './quote.ts';
import { watermarkConditions } from './watermark.ts';

/**
 * The table as of the run's snapshot point. Every query of a pinned table reads it through here,
 * counts included (P3). The instant carries its own offset, and the cast to TIMESTAMP_LTZ is what
 * keeps it a point in time: an NTZ literal would be taken for UTC.
 * Source: docs.snowflake.com/en/sql-reference/constructs/at-before.
 */
export function fromClause(table: TablePlan): string {
  const relation = quoteTable(table.source);
  return table.snapshot.pinned
    ? `${relation} AT(TIMESTAMP => ${quoteText(table.snapshot.at)}::TIMESTAMP_LTZ)`
    : relation;
}

/**
 * The plan's filter, its watermark and further conditions: every query of a table goes through
 * here, counts and digests included. The filter stands alone on its lines, as it may end in a
 * comment.
 */
export function whereClause(table: TablePlan, ...conditions: readonly string[]): string {
  const { filter } = table.read;
  const filters = filter === undefined ? [] : [`\n${filter}\n`];
  const all = [...filters, ...watermarkConditions(table), ...conditions];
  return all.length === 0 ? '' : `WHERE ${all.map((condition) => `(${condition})`).join(' AND ')}`;
}
