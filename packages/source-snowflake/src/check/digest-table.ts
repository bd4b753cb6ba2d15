import { z } from 'zod';

import {
  comparableColumns,
  type ColumnPair,
  type TableDigest,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';

import { queryRows } from '../connect/query-rows.ts';
import { readAnswer } from '../connect/read-answer.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { joinFields } from '../render/render-line.ts';
import { renderComparable } from '../render/render-comparable.ts';
import { fromClause, whereClause } from '../sql/relation.ts';

const digits = z.string().regex(/^\d+$/u);
const answer = z.tuple([z.object({ total: digits.transform(Number), digest: digits })]);

/** The digest of docs/reference/digest.md over the plan's comparable columns. */
export async function digestTable(
  pool: SessionPool,
  table: TablePlan,
  context: WorkContext,
): Promise<TableDigest> {
  const columns = comparableColumns(table.columns);
  const rows = await queryRows(pool, digestQuery(table, columns), context);
  const [{ total, digest }] = readAnswer(answer, rows, { about: `the digest of ${table.key}` });
  return { rows: total, digest, columns: columns.map(({ target }) => target) };
}

/**
 * MD5_NUMBER_LOWER64 is the last 16 hexadecimal digits as an unsigned number
 * (docs.snowflake.com/en/sql-reference/functions/md5_number_lower64); its rest modulo 2^60 is the
 * last 15. The sum has room for 10^19 rows.
 */
export function digestQuery(table: TablePlan, columns: readonly ColumnPair[]): string {
  const line = joinFields(columns.map(renderComparable));
  return `SELECT TO_VARCHAR(COUNT(*)) AS "TOTAL",
  TO_VARCHAR(COALESCE(SUM(MOD(MD5_NUMBER_LOWER64(${line}), 1152921504606846976)), 0)) AS "DIGEST"
FROM ${fromClause(table)}
${whereClause(table)}`;
}
