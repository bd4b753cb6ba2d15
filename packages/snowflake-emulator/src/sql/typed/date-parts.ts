import { compilationError } from '../unsupported.ts';

/** Date and time parts with all their abbreviations. https://docs.snowflake.com/en/sql-reference/functions-date-time#supported-date-and-time-parts */
const SYNONYMS: Readonly<Record<string, string>> = {
  YEAR: 'Y YY YYY YYYY YR YEARS YRS',
  QUARTER: 'Q QTR QTRS QUARTERS',
  MONTH: 'MM MON MONS MONTHS',
  WEEK: 'W WK WEEKOFYEAR WOY WY WEEKS',
  WEEKISO: 'WEEK_ISO WEEKOFYEARISO WEEKOFYEAR_ISO',
  DAY: 'D DD DAYS DAYOFMONTH',
  DAYOFWEEK: 'WEEKDAY DOW DW DAYOFWEEK_',
  DAYOFWEEKISO: 'WEEKDAY_ISO DOW_ISO DW_ISO DAYOFWEEK_ISO',
  DAYOFYEAR: 'YEARDAY DOY DY',
  YEAROFWEEK: '',
  YEAROFWEEKISO: '',
  HOUR: 'H HH HR HOURS HRS',
  MINUTE: 'M MI MIN MINUTES MINS',
  SECOND: 'S SEC SECONDS SECS',
  MILLISECOND: 'MS MSEC MILLISECONDS',
  MICROSECOND: 'US USEC MICROSECONDS',
  NANOSECOND: 'NS NSEC NANOSEC NSECOND NANOSECONDS NANOSECS NSECONDS',
  EPOCH_SECOND: 'EPOCH EPOCH_SECONDS',
  EPOCH_MILLISECOND: 'EPOCH_MILLISECONDS',
  EPOCH_MICROSECOND: 'EPOCH_MICROSECONDS',
  EPOCH_NANOSECOND: 'EPOCH_NANOSECONDS',
  TIMEZONE_HOUR: 'TZH',
  TIMEZONE_MINUTE: 'TZM',
};

const PARTS = new Map(
  Object.entries(SYNONYMS).flatMap(([part, others]) =>
    [part, ...others.split(' ')].map((name) => [name, part] as const),
  ),
);

/** The part's main name, in upper case. */
export function datePart(word: string): string {
  const part = PARTS.get(word.trim().toUpperCase());
  if (part === undefined)
    throw compilationError(`'${word}' is not a valid date/time component`, '001007', '22023');
  return part;
}

/** Seconds of the parts that are always as long; undefined for the others. */
export const UNIT_SECONDS: Readonly<Record<string, number>> = {
  WEEK: 604_800,
  DAY: 86_400,
  HOUR: 3600,
  MINUTE: 60,
  SECOND: 1,
};

/** Nanoseconds of the parts smaller than a second. */
export const UNIT_NANOS: Readonly<Record<string, number>> = {
  MILLISECOND: 1_000_000,
  MICROSECOND: 1000,
  NANOSECOND: 1,
};
