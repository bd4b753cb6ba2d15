import { z } from 'zod';

import type { TablePlan, WorkContext } from '@snowmelt/core';

import { queryRows } from '../connect/query-rows.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { fromClause, whereClause } from '../sql/relation.ts';

const answer = z.tuple([z.object({ total: z.string().regex(/^\d+$/u).transform(Number) })]);

/** Rows at the snapshot point under the plan's filter; from metadata where there is no filter. */
export async function countRows(
  pool: SessionPool,
  table: TablePlan,
  context: WorkContext,
): Promise<number> {
  const sql = `SELECT TO_VARCHAR(COUNT(*)) AS "TOTAL"
FROM ${fromClause(table)}
${whereClause(table)}`;
  const [{ total }] = answer.parse(await queryRows(pool, sql, context));
  return total;
}
