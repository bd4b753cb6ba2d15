import { z } from 'zod';

import { type ColumnSchema, type TablePlan, watermarkOf, type WorkContext } from '@snowmelt/core';

import { queryRows } from '../result/query-rows.ts';
import { readAnswer } from '../result/read-answer.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import {
  isAfterYear9999,
  isBeforeYear1,
  timestampTypes,
  utcClock,
  type MomentType,
} from '../render/moment.ts';
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
  const watermark = watermarkOf(table);
  if (watermark === undefined) return undefined;
  const { source } = watermark.column;
  const sql = `SELECT ${rendered(`MAX(${quoteIdentifier(source.name)})`, source)} AS "NEWEST"
FROM ${fromClause(table)}
${whereClause(table)}`;
  const rows = await queryRows(pool, sql, context);
  const question = { about: `the newest watermark of ${table.key}`, hidden: true };
  const [{ newest }] = readAnswer(answer, rows, question);
  return newest !== null && usable.test(newest) ? newest : undefined;
}

/** A time as it stands in UTC, with all nine digits and no offset; NULL where its year has no four. */
function rendered(value: string, { type }: ColumnSchema): string {
  if (type.kind === 'date') return withinYears(value, 'DATE', `TO_VARCHAR(${value}, 'YYYY-MM-DD')`);
  if (type.kind !== 'timestamp') return `TO_VARCHAR(${value})`;
  const clock = type.zone === 'none' ? value : utcClock(value);
  const text = `TO_VARCHAR(${clock}, 'YYYY-MM-DD"T"HH24:MI:SS.FF9')`;
  return withinYears(value, timestampTypes[type.zone], text);
}

/** Year 0 would be printed as year 1 (render/moment). */
function withinYears(value: string, type: MomentType, text: string): string {
  return `CASE WHEN NOT (${isBeforeYear1(value, type)} OR ${isAfterYear9999(value, type)}) THEN ${text} END`;
}
