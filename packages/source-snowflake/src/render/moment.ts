import type { ColumnPair, LogicalType } from '@snowmelt/core';

import { fractionText, type FractionRule } from './fraction.ts';

type Zone = Extract<LogicalType, { kind: 'timestamp' }>['zone'];

/** A timestamp to be written. */
export interface MomentText {
  /** SQL of the value. */
  readonly column: string;
  readonly zone: Zone;
  /** The column's own fractional digits, 0 to 9. */
  readonly precision: number;
  /** Whatever is written is taken, as by a column of text. */
  readonly anyText?: boolean;
}

/** Snowflake's type of a moment; comparisons are with literals of the column's own. */
export const timestampTypes = {
  none: 'TIMESTAMP_NTZ',
  instant: 'TIMESTAMP_LTZ',
  offset: 'TIMESTAMP_TZ',
} as const satisfies Record<Zone, string>;

export type MomentType = 'DATE' | (typeof timestampTypes)[Zone];

/** SQL of a date's text. */
export function dateText(column: string, anyText = false): string {
  const date = { column, type: 'DATE', clock: column, anyText } as const;
  return inAnyYear(date, ({ format }) => `TO_VARCHAR(${column}, '${format}-MM-DD')`);
}

/**
 * SQL of a timestamp's text: one without zone as it stands on the clock, an instant in UTC, and one
 * that has an offset with it. Around the ends of the years that a text can say, where the offset may
 * lead over them, that one is written in UTC as well, which is the same moment.
 */
export function timestampText(value: MomentText, rule: FractionRule): string {
  const { column, zone } = value;
  if (zone === 'none') return clockText(value, column, '', rule);
  if (zone === 'instant') return instantText(value, '+00:00', rule);
  const type = timestampTypes[zone];
  const away = `${column} >= ${firstMoment(2, type)} AND ${column} < ${firstMoment(9999, type)}`;
  const offset = ` || REPLACE(TO_VARCHAR(${column}, 'TZH:TZM'), 'Z', '+00:00')`;
  const text = inYear(fourDigits, { column, precision: value.precision, suffix: offset }, rule);
  return `CASE WHEN ${away} THEN ${text} ELSE ${instantText(value, '+00:00', rule)} END`;
}

/** The same, but that a zone which the target's column does not keep is gone already. */
export function momentText(
  value: MomentText,
  { lostZone, ...rule }: FractionRule & Pick<ColumnPair, 'lostZone'>,
): string {
  if (lostZone === undefined || value.zone === 'none') return timestampText(value, rule);
  if (lostZone === 'utc') return instantText(value, '', rule);
  return wallClockText(value, rule);
}

/**
 * SQL of what the clock of a TIMESTAMP_TZ shows: TO_VARCHAR writes that, whereas whether a cast to
 * TIMESTAMP_NTZ keeps it is documented nowhere. An offset is less than a day, so that only in the
 * first and the last day of the years 1 to 9999 the clock may be in another year, whose text then is
 * one of another month.
 */
function wallClockText({ column, precision, zone }: MomentText, rule: FractionRule): string {
  const type = timestampTypes[zone];
  const text = inYear(fourDigits, { column, precision, suffix: '' }, rule);
  const year = `'year ' || TO_VARCHAR(YEAR(${column}))`;
  const firstDay = `${column} < ${literal('0001-01-02', '00:00:00', type)}`;
  const lastDay = `${column} >= ${literal('9999-12-31', '00:00:00', type)}`;
  return (
    `CASE WHEN ${isBeforeYear1(column, type)} OR ${firstDay} AND ${text} NOT LIKE '0001-01-%' ` +
    `THEN ${year} || ' is before 1' ` +
    `WHEN ${isAfterYear9999(column, type)} OR ${lastDay} AND ${text} NOT LIKE '9999-12-%' ` +
    `THEN ${year} || ' is after 9999' ELSE ${text} END`
  );
}

/** SQL of an instant's text in UTC, with what follows it. */
export function instantText(value: MomentText, suffix: string, rule: FractionRule): string {
  const after = suffix === '' ? '' : ` || '${suffix}'`;
  return clockText(value, utcClock(value.column), after, rule);
}

/**
 * SQL of the clock in UTC at an instant. No zone is left in it, so that nothing hangs on how a server
 * prints one: accounts write an offset of zero as `Z` under TZH:TZM
 * (mlorek/frostlake, ZeroOffsetDriverTextTest). CONVERT_TIMEZONE with two arguments gives a
 * TIMESTAMP_TZ in UTC (docs.snowflake.com/en/sql-reference/functions/convert_timezone), and the
 * session's zone is UTC as well, so that the cast reads the same clock either way.
 */
export function utcClock(instant: string): string {
  return `CONVERT_TIMEZONE('UTC', ${instant})::TIMESTAMP_NTZ`;
}

/** SQL of the text, in UTC and with all nine digits, of an instant that a server's clock gave. */
export function serverTimeText(instant: string): string {
  return `TO_VARCHAR(${utcClock(instant)}, 'YYYY-MM-DD"T"HH24:MI:SS.FF9') || '+00:00'`;
}

/** SQL of whether a moment is before year 1, of an instant in UTC. */
export function isBeforeYear1(moment: string, type: MomentType): string {
  return `${moment} < ${firstMoment(1, type)}`;
}

/** SQL of whether a moment is after the year 9999, of an instant in UTC. */
export function isAfterYear9999(moment: string, type: MomentType): string {
  return `${moment} > ${literal('9999-12-31', '23:59:59.999999999', type)}`;
}

function firstMoment(year: number, type: MomentType): string {
  return literal(`${String(year).padStart(4, '0')}-01-01`, '00:00:00', type);
}

function literal(day: string, time: string, type: MomentType): string {
  if (type === 'DATE') return `'${day}'::DATE`;
  return `'${day}T${time}${type === 'TIMESTAMP_NTZ' ? '' : '+00:00'}'::${type}`;
}

/** The part of a format that is the year, and the characters that it gives. */
interface YearFormat {
  readonly format: string;
  readonly whole: number;
}

const fourDigits: YearFormat = { format: 'YYYY', whole: 4 };
const noYear: YearFormat = { format: '', whole: 0 };

interface ClockText {
  readonly column: string;
  readonly precision: number;
  /** SQL that follows. */
  readonly suffix: string;
}

function clockText(
  { column, zone, precision, anyText = false }: MomentText,
  clock: string,
  suffix: string,
  rule: FractionRule,
): string {
  const moment = { column, type: timestampTypes[zone], clock, anyText };
  return inAnyYear(moment, (year) => inYear(year, { column: clock, precision, suffix }, rule));
}

function inYear(
  { format, whole }: YearFormat,
  { column, precision, suffix }: ClockText,
  rule: FractionRule,
): string {
  const inFull = { format: `${format}-MM-DD"T"HH24:MI:SS`, whole: whole + 15 };
  return `${fractionText({ column, precision, ...inFull }, rule)}${suffix}`;
}

interface Moment {
  readonly column: string;
  readonly type: MomentType;
  /** SQL of the clock whose year it is. */
  readonly clock: string;
  readonly anyText: boolean;
}

/**
 * Snowflake has years before 1 and after 9999 (epochs in the wrong unit become such). YYYY prints
 * the year of the era, so that year 0 comes out as `0001` (mlorek/frostlake, DateYearTextTest): a
 * comparison decides, never the text. Of a year after 9999 YEAR gives the number, which PostgreSQL
 * reads with any digits. One before 1 is written as no date: its row is refused, and never becomes
 * another day. A column of text would take those words, and gets the year of its era instead.
 */
function inAnyYear(
  { column, type, clock, anyText }: Moment,
  render: (year: YearFormat) => string,
): string {
  const year = `TO_VARCHAR(YEAR(${clock}))`;
  const early = anyText ? `${render(fourDigits)} || ' BC'` : `'year ' || ${year} || ' is before 1'`;
  return (
    `CASE WHEN ${isBeforeYear1(column, type)} THEN ${early} ` +
    `WHEN ${isAfterYear9999(column, type)} THEN ${year} || ${render(noYear)} ` +
    `ELSE ${render(fourDigits)} END`
  );
}
