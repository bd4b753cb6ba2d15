import { type TablePlan, windowOf } from '@snowmelt/core';

import { type KeyRange, rangeConditions } from '../plan/key-range.ts';
import { renderColumn } from '../render/render-column.ts';
import { joinFields, renderLine } from '../render/render-line.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { fromClause, limitClause, whereClause } from '../sql/relation.ts';

/** One VARCHAR a row: its canonical CSV line. Both ways of extraction read this (decision 0002). */
export function selectLines(table: TablePlan, range: KeyRange): string {
  const whole = windowOf(table) === undefined;
  const line = whole ? renderLine(table.columns) : renderChange(table);
  return [
    `SELECT ${line} AS "LINE"`,
    `FROM ${fromClause(table)}`,
    whereClause(table, ...rangeConditions(range)),
    orderBy(table),
    limitClause(table),
  ]
    .filter((clause) => clause !== '')
    .join('\n');
}

function orderBy({ read }: TablePlan): string {
  const sorted = read.sortColumns.map(quoteIdentifier);
  return sorted.length === 0 ? '' : `ORDER BY ${sorted.join(', ')}`;
}

/**
 * SQL of a change's line: `I` and the row, or `D` and the key alone. Of an update both sides come
 * (METADATA$ISUPDATE), the old row as DELETE and the new one as INSERT, so that a changed key needs
 * no care. Source: docs.snowflake.com/en/user-guide/streams-intro, "Stream columns".
 */
function renderChange({ columns, keyColumns }: TablePlan): string {
  const keys = new Set(keyColumns);
  const gone = columns.map((pair) => (keys.has(pair.target) ? renderColumn(pair) : `''`));
  return `CASE WHEN METADATA$ACTION = 'INSERT' THEN 'I,' || ${renderLine(columns)}
ELSE 'D,' || ${joinFields(gone)} END`;
}
