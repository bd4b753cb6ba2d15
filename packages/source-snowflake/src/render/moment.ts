import { fractionText, type FractionRule } from './fraction.ts';

/** A timestamp to be written. */
export interface MomentText {
  /** SQL of the value. */
  readonly column: string;
  /** The column's own fractional digits, 0 to 9. */
  readonly precision: number;
  /** What follows the text of the value, such as `Z`; nothing where it has no zone. */
  readonly zone?: string;
  /** Whatever is written is taken, as by a column of text. */
  readonly anyText?: boolean;
}

/** SQL of a date's text. */
export function dateText(column: string, anyText = false): string {
  const clock = { column, type: 'DATE', anyText };
  return inAnyYear(clock, ({ format }) => `TO_VARCHAR(${column}, '${format}-MM-DD')`);
}

/** SQL of a timestamp's text as it stands on the clock. */
export function timestampText(value: MomentText, rule: FractionRule): string {
  const { column, anyText = false } = value;
  const clock = { column, type: 'TIMESTAMP_NTZ', anyText };
  return inAnyYear(clock, (year) => inYear(year, value, rule));
}

/**
 * SQL of the clock in UTC at an instant. No zone is left in it, so that nothing hangs on how a server
 * prints one: accounts write an offset of zero as `Z` under TZH:TZM
 * (mlorek/frostlake, ZeroOffsetDriverTextTest). CONVERT_TIMEZONE with two arguments gives a
 * TIMESTAMP_TZ in UTC (docs.snowflake.com/en/sql-reference/functions/convert_timezone), and the
 * session's zone is UTC as well, so that the cast reads the same clock either way.
 */
function utcClock(instant: string): string {
  return `CONVERT_TIMEZONE('UTC', ${instant})::TIMESTAMP_NTZ`;
}

/** SQL of the text, in UTC and with all nine digits, of an instant that a server's clock gave. */
export function serverTimeText(instant: string): string {
  return `TO_VARCHAR(${utcClock(instant)}, 'YYYY-MM-DD"T"HH24:MI:SS.FF9') || '+00:00'`;
}

/** SQL of an instant's text in UTC. */
export function instantText(value: MomentText, rule: FractionRule): string {
  return timestampText({ zone: '+00:00', ...value, column: utcClock(value.column) }, rule);
}

/**
 * SQL of the text of a timestamp with its own offset. Whether YEAR counts in that offset is not said:
 * around the ends of the years that a text can say it is written in UTC, which is the same moment.
 */
export function offsetTimestampText(value: MomentText, rule: FractionRule): string {
  const { column } = value;
  const offset = `REPLACE(TO_VARCHAR(${column}, 'TZH:TZM'), 'Z', '+00:00')`;
  return (
    `CASE WHEN YEAR(${utcClock(column)}) BETWEEN 2 AND 9998 THEN ` +
    `${inYear(fourDigits, value, rule)} || ${offset} ELSE ${instantText(value, rule)} END`
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
  { column, precision, zone }: MomentText,
  rule: FractionRule,
): string {
  const inFull = { format: `${format}-MM-DD"T"HH24:MI:SS`, whole: whole + 15 };
  const text = fractionText({ column, precision, ...inFull }, rule);
  return zone === undefined ? text : `${text} || '${zone}'`;
}

interface Clock {
  readonly column: string;
  readonly type: string;
  readonly anyText: boolean;
}

/**
 * Snowflake has years before 1 and after 9999 (epochs in the wrong unit become such). YYYY prints
 * the year of the era, so that year 0 comes out as `0001` (mlorek/frostlake, DateYearTextTest): a
 * comparison decides, never the text. Of a year after 9999 YEAR gives the number, which PostgreSQL
 * reads with any digits. One before 1 is written as no date: its row is refused, and never becomes
 * another day. A column of text would take those words, and gets the year of its era instead.
 */
function inAnyYear({ column, type, anyText }: Clock, render: (year: YearFormat) => string): string {
  const early = anyText
    ? `${render(fourDigits)} || ' BC'`
    : `'year ' || TO_VARCHAR(YEAR(${column})) || ' is before 1'`;
  return (
    `CASE WHEN ${isBeforeYear1(column, type)} THEN ${early} ` +
    `WHEN YEAR(${column}) > 9999 THEN TO_VARCHAR(YEAR(${column})) || ${render(noYear)} ` +
    `ELSE ${render(fourDigits)} END`
  );
}

export function isBeforeYear1(clock: string, type: string): string {
  return `${clock} < '0001-01-01'::${type}`;
}
