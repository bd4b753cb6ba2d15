import type { ColumnPair, TablePlan, WorkContext } from '@snowmelt/core';
import { z } from 'zod';

import type { SessionPool } from '../connect/session-pool.ts';
import { renderColumn } from '../render/render-column.ts';
import { joinFields } from '../render/render-line.ts';
import { queryLong } from '../result/long-statement.ts';
import { readAnswer } from '../result/read-answer.ts';
import { fromClause, whereClause } from '../sql/relation.ts';

const answer = z.tuple([z.object({ total: z.string().regex(/^\d+$/u).transform(Number) })]);

/**
 * Keys that are sent for several keys of the source, since digits of a second are cut off. Asks only
 * where a key column has such digits.
 */
export async function sharedKeys(
  pool: SessionPool,
  table: TablePlan,
  context: WorkContext,
): Promise<number> {
  const keys = table.columns.filter(({ target }) => table.keyColumns.includes(target));
  if (!keys.some(isCut)) return 0;
  const rows = await queryLong(pool, sharedQuery(table, keys), context);
  const [{ total }] = readAnswer(answer, rows, { about: `the keys of ${table.key}` });
  return total;
}

function isCut({ fractionDigits, extraDigits }: ColumnPair): boolean {
  return fractionDigits !== undefined && extraDigits === undefined;
}

/**
 * By position, since a column of the table that has the name of the alias would come before it
 * (docs.snowflake.com/en/sql-reference/constructs/group-by).
 */
function sharedQuery(table: TablePlan, keys: readonly ColumnPair[]): string {
  const sent = joinFields(keys.map(renderColumn));
  const whole = joinFields(keys.map(({ fractionDigits: _cut, ...pair }) => renderColumn(pair)));
  return `SELECT TO_VARCHAR(COUNT(*)) AS "TOTAL"
FROM (
  SELECT ${sent} AS "SENT"
  FROM ${fromClause(table)}
  ${whereClause(table)}
  GROUP BY 1
  HAVING COUNT(DISTINCT ${whole}) > 1
)`;
}
