import { z } from 'zod';

import type { ColumnSchema, TablePlan, WorkContext } from '@snowmelt/core';

import { queryRows } from '../connect/query-rows.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { fromClause, whereClause } from '../sql/relation.ts';

const answer = z.tuple([z.object({ newest: z.string().nullable() })]);

/** A number, or a date or time of the years 1 to 9999: what the bound of a later run can be. */
const usable = /^(-?\d+(\.\d+)?|\d{4}-\d\d-\d\d(T[\d:.]+)?)$/u;

/** The newest watermark of the plan's rows; by metadata alone where nothing filters them. */
export async function newestWatermark(
  pool: SessionPool,
  table: TablePlan,
  context: WorkContext,
): Promise<string | undefined> {
  if (table.watermark === undefined) return undefined;
  const { source } = table.watermark.column;
  const sql = `SELECT ${rendered(`MAX(${quoteIdentifier(source.name)})`, source)} AS "NEWEST"
FROM ${fromClause(table)}
${whereClause(table)}`;
  const [{ newest }] = answer.parse(await queryRows(pool, sql, context));
  return newest !== null && usable.test(newest) ? newest : undefined;
}

/** A time as it stands in UTC, with all nine digits and no offset, whatever a server prints for one. */
function rendered(value: string, { type }: ColumnSchema): string {
  if (type.kind === 'date') return `TO_VARCHAR(${value}, 'YYYY-MM-DD')`;
  if (type.kind !== 'timestamp') return `TO_VARCHAR(${value})`;
  const utc = type.zone === 'none' ? value : `CONVERT_TIMEZONE('UTC', ${value})::TIMESTAMP_NTZ`;
  return `TO_VARCHAR(${utc}, 'YYYY-MM-DD"T"HH24:MI:SS.FF9')`;
}
