import type { LogicalType } from '@snowmelt/core';

type Interval = Extract<LogicalType, { kind: 'interval' }>;

/**
 * SQL of an interval's text with its units, which PostgreSQL reads the same whatever its
 * IntervalStyle. Snowflake writes `+1-02`, `+3`, `-1 02:03:04.5`: one sign for all fields and no
 * unit (docs.snowflake.com/en/sql-reference/data-types-datetime, "Interval data types";
 * snowflakedb/snowflake-connector-python#2336). PostgreSQL would take a number alone for seconds,
 * `3:04` for hours and minutes, and the sign for the days only.
 */
export function intervalText(column: string, type: Interval, digits: number): string {
  const text = `CAST(${column} AS VARCHAR)`;
  return cut(withUnits(text, type), type.precision, digits);
}

function withUnits(text: string, { from, to }: Interval): string {
  if (from === to) return `${text} || ' ${from}s'`;
  if (from === 'year') return text;
  const sign = `IFF(LEFT(${text}, 1) = '-', '-', '+')`;
  if (from === 'minute') return `REPLACE(${text}, ':', ' minutes ' || ${sign}) || ' seconds'`;
  const days = from === 'day' ? `REPLACE(${text}, ' ', ' days ' || ${sign})` : text;
  if (to === 'hour') return `${days} || ' hours'`;
  return to === 'minute' ? `${days} || ':00'` : days;
}

/** Digits that the target lacks are cut off, as those of a timestamp are (docs/decisions/0004). */
function cut(text: string, precision: number, digits: number): string {
  if (digits >= precision) return text;
  return digits === 0
    ? `REGEXP_REPLACE(${text}, '[.][0-9]+', '')`
    : `REGEXP_REPLACE(${text}, '([.][0-9]{${digits}})[0-9]+', '\\\\1')`;
}
