import { fractionText, type FractionRule } from './fraction.ts';

/** SQL of a date's text. */
export function dateText(column: string): string {
  return inAnyYear(column, ({ format }) => `TO_VARCHAR(${column}, '${format}-MM-DD')`);
}

/** SQL of a timestamp's text without its zone. */
export function timestampText(column: string, precision: number, rule: FractionRule): string {
  return inAnyYear(column, (year) => inYear(year, { column, precision }, rule));
}

/**
 * SQL of the text of a timestamp with its offset. Whether YEAR counts in that offset is not said:
 * around the end of the year 9999 the value is written in UTC, which is the same moment.
 */
export function offsetTimestampText(column: string, precision: number, rule: FractionRule): string {
  const utc = `CONVERT_TIMEZONE('UTC', ${column})`;
  const text = inYear(fourDigits, { column, precision }, rule);
  return (
    `CASE WHEN YEAR(${utc}) BETWEEN 0 AND 9998 THEN ${text} || TO_VARCHAR(${column}, 'TZH:TZM') ` +
    `ELSE ${timestampText(utc, precision, rule)} || '+00:00' END`
  );
}

/** The part of a format that is the year, and the characters that it gives. */
interface YearFormat {
  readonly format: string;
  readonly whole: number;
}

const fourDigits: YearFormat = { format: 'YYYY', whole: 4 };
const noYear: YearFormat = { format: '', whole: 0 };

function inYear(
  { format, whole }: YearFormat,
  value: { readonly column: string; readonly precision: number },
  rule: FractionRule,
): string {
  const inFull = { format: `${format}-MM-DD"T"HH24:MI:SS`, whole: whole + 15 };
  return fractionText({ ...value, ...inFull }, rule);
}

/**
 * Snowflake has years before 1 and after 9999 (epochs in the wrong unit become such) and does not
 * say what YYYY makes of them (data-types-datetime; snowflakedb/drivers#1163 has both). YEAR gives
 * the number, which PostgreSQL reads with any digits; how it counts years before 1 is not said
 * either, so those are written as no date: their rows are refused, and never become another day.
 */
function inAnyYear(column: string, render: (year: YearFormat) => string): string {
  const year = `YEAR(${column})`;
  return (
    `CASE WHEN ${year} BETWEEN 1 AND 9999 THEN ${render(fourDigits)} ` +
    `WHEN ${year} > 9999 THEN TO_VARCHAR(${year}) || ${render(noYear)} ` +
    `WHEN ${year} < 1 THEN 'year ' || TO_VARCHAR(${year}) || ' is before 1' END`
  );
}
