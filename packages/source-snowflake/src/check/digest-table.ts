import {
  type ColumnPair,
  comparableColumns,
  digestRule,
  type TableDigest,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';
import { z } from 'zod';

import type { SessionPool } from '../connect/session-pool.ts';
import { instantText } from '../render/moment.ts';
import { renderColumn, trimmedText } from '../render/render-column.ts';
import { joinFields } from '../render/render-line.ts';
import { queryLong } from '../result/long-statement.ts';
import { readAnswer } from '../result/read-answer.ts';
import { quoteIdentifier } from '../sql/quote.ts';
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
  const rows = await queryLong(pool, digestQuery(table, columns), context);
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

/**
 * SQL of a column's text in the digest (docs/reference/digest.md): the CSV field, but that an
 * instant is written in UTC with `Z`, since the target doesn't keep the offset, and that text has no
 * blanks at its end where the target's column does not keep them as they are.
 */
export function renderComparable(pair: ColumnPair): string {
  const { name, type } = pair.source;
  if (digestRule(pair).takes === 'trimmed') return trimmedText(pair);
  if (type.kind !== 'timestamp' || type.zone === 'none') return renderColumn(pair);
  if (pair.lostZone === 'wall_clock') return renderColumn(pair);
  const { precision, zone } = type;
  return instantText({ column: quoteIdentifier(name), precision, zone }, 'Z', pair);
}
