import { z } from 'zod';

import type { LogicalType } from '@snowmelt/core';

import { quoteIdentifier } from '../sql/quote.ts';
import { fromClause, whereClause } from '../sql/relation.ts';
import { rangesBetween } from './key-range.ts';
import type { ChunkStrategy, PlannedRange, RangeRequest } from './strategy.ts';

const daysSchema = z.array(
  z.object({
    day: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/u)
      .nullable(),
    day_rows: z.string().regex(/^\d+$/u).transform(Number),
  }),
);

interface Days {
  readonly day: string;
  readonly rows: number;
}

/**
 * Whole days of a date or timestamp, counted by one aggregate query and put together until a
 * chunk has its rows. A day with more rows than that is one chunk.
 */
export const dateRanges: ChunkStrategy = {
  name: 'date-ranges',
  suits: ({ key }) => key?.type.kind === 'date' || key?.type.kind === 'timestamp',
  async ranges(request, ask, context) {
    const { column, type } = keyOf(request);
    const days = daysSchema.parse(await ask(daysQuery(request), context));
    const dated = days.flatMap(({ day, day_rows }) =>
      day === null ? [] : [{ day, rows: day_rows }],
    );
    const starts = groupDays(dated, request.chunkRows);
    const bounds = starts.slice(1).map(({ day }) => literal(day, type));
    const ranges: PlannedRange[] = rangesBetween(column, bounds).map((range, index) => ({
      range,
      label: index === 0 ? 'from-earliest' : `from-${starts[index]?.day ?? ''}`,
      expectedRows: starts[index]?.rows ?? 0,
    }));
    const withoutDay = days.find(({ day }) => day === null);
    if (withoutDay === undefined) return ranges;
    const expectedRows = withoutDay.day_rows;
    return [...ranges, { range: { keys: 'null', column }, label: 'null', expectedRows }];
  },
};

/** UTC days: the session's zone is UTC, and a value with an offset is brought there first. */
function daysQuery(request: RangeRequest): string {
  const { column, type } = keyOf(request);
  const key = quoteIdentifier(column);
  const utc =
    type.kind === 'timestamp' && type.zone === 'offset' ? `CONVERT_TIMEZONE('UTC', ${key})` : key;
  return `SELECT TO_VARCHAR(TO_DATE(${utc}), 'YYYY-MM-DD') AS "DAY", TO_VARCHAR(COUNT(*)) AS "DAY_ROWS"
FROM ${fromClause(request.table)}
${whereClause(request.table)}
GROUP BY 1
ORDER BY 1`;
}

function keyOf({ key }: RangeRequest): { column: string; type: LogicalType } {
  if (key === undefined) throw new RangeError('a date range needs a key');
  return { column: key.name, type: key.type };
}

/** The first day of each chunk, with the rows until the next one. */
function groupDays(days: readonly Days[], chunkRows: number): readonly Days[] {
  const groups: { day: string; rows: number }[] = [];
  for (const { day, rows } of days) {
    const last = groups.at(-1);
    if (last === undefined || last.rows + rows > chunkRows) groups.push({ day, rows });
    else last.rows += rows;
  }
  return groups;
}

/** Midnight of a UTC day in the key's own type. */
function literal(day: string, type: LogicalType): string {
  if (type.kind !== 'timestamp') return `'${day}'::DATE`;
  const types = { none: 'TIMESTAMP_NTZ', instant: 'TIMESTAMP_LTZ', offset: 'TIMESTAMP_TZ' };
  const offset = type.zone === 'none' ? '' : '+00:00';
  return `'${day}T00:00:00${offset}'::${types[type.zone]}`;
}
