import type { LogicalType } from '@snowmelt/core';

import { tooManyDigits, type FractionRule } from './fraction.ts';

type Interval = Extract<LogicalType, { kind: 'interval' }>;

/**
 * SQL of an interval's text with its units, which PostgreSQL reads the same whatever its
 * IntervalStyle. Snowflake writes `+1-02`, `+3`, `-1 02:03:04.5`: one sign for all fields and no
 * unit (docs.snowflake.com/en/sql-reference/data-types-datetime, "Interval data types";
 * snowflakedb/snowflake-connector-python#2336). PostgreSQL would take a number alone for seconds,
 * `3:04` for hours and minutes, and the sign for the days only.
 */
export function intervalText(column: string, type: Interval, rule: FractionRule): string {
  const { precision } = type;
  const { fractionDigits: digits = precision, extraDigits } = rule;
  const text = withUnits(`CAST(${column} AS VARCHAR)`, type);
  if (digits >= precision || extraDigits === 'round') return text;
  if (extraDigits !== 'fail') return cut(text, digits);
  const refused = `${text} || '${tooManyDigits(digits)}'`;
  return `CASE WHEN ${withoutZeros(text, digits)} = ${cut(text, digits)} THEN ${cut(text, digits)} ELSE ${refused} END`;
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

/** The text without the digits that the target lacks, where they are all zeros; else the text. */
function withoutZeros(text: string, digits: number): string {
  return digits === 0
    ? `REGEXP_REPLACE(${text}, '[.]0+([^0-9]|$)', '\\\\1')`
    : `REGEXP_REPLACE(${text}, '([.][0-9]{${digits}})0+([^0-9]|$)', '\\\\1\\\\2')`;
}

/** Digits that the target lacks are cut off, as those of a timestamp are (docs/decisions/0004). */
function cut(text: string, digits: number): string {
  return digits === 0
    ? `REGEXP_REPLACE(${text}, '[.][0-9]+', '')`
    : `REGEXP_REPLACE(${text}, '([.][0-9]{${digits}})[0-9]+', '\\\\1')`;
}
