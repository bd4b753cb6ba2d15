import { z } from 'zod';

import type { TablePlan, WorkContext } from '@snowmelt/core';

import { queryLong } from '../result/long-statement.ts';
import { readAnswer } from '../result/read-answer.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { fromClause, limitClause, whereClause } from '../sql/relation.ts';

const answer = z.tuple([z.object({ total: z.string().regex(/^\d+$/u).transform(Number) })]);

/**
 * Rows at the snapshot point under the plan's filter; from metadata where there is no filter. Of a first
 * try no more are looked at than it may read: how many there are beyond would be a scan for nothing.
 */
export async function countRows(
  pool: SessionPool,
  table: TablePlan,
  context: WorkContext,
): Promise<number> {
  const rowsOf = `FROM ${fromClause(table)}
${whereClause(table)}`;
  const limit = limitClause(table);
  const counted = limit === '' ? rowsOf : `FROM (\nSELECT 1 AS "ONE"\n${rowsOf}\n${limit}\n)`;
  const sql = `SELECT TO_VARCHAR(COUNT(*)) AS "TOTAL"
${counted}`;
  const rows = await queryLong(pool, sql, context);
  const [{ total }] = readAnswer(answer, rows, { about: `the number of rows of ${table.key}` });
  return total;
}
