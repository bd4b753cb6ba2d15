import { zoneOf } from '../typed/render-text.ts';
import { typed, type CallContext, type Typed } from '../typed/typed.ts';
import { DATE, timeType, timestampType, type TimestampName } from '../sql-type.ts';
import { asInteger, simple, type FunctionCompiler } from './function-spec.ts';

/** Months and days out of range carry over. https://docs.snowflake.com/en/sql-reference/functions/date_from_parts */
function day(parts: readonly string[]): string {
  const [year = '1970', month = '1', date = '1'] = parts;
  const first = `make_date(${year}, 1, 1) + to_months(CAST(${month} - 1 AS INTEGER))`;
  return `(CAST(${first} AS DATE) + CAST(${date} - 1 AS INTEGER))`;
}

function nanosOfDay(parts: readonly string[]): string {
  const [hours = '0', minutes = '0', seconds = '0', nanos = '0'] = parts;
  return `((${hours} * 3600 + ${minutes} * 60 + ${seconds}) * 1000000000 + ${nanos})`;
}

const integers = (args: readonly Typed[], context: CallContext): string[] =>
  args.map((arg) => asInteger(arg, context));

function timestamp(name: TimestampName): FunctionCompiler {
  return simple([6, 7], (args, context) => {
    const parts = integers(args, context);
    const nanos = nanosOfDay(parts.slice(3));
    const rest = `((${nanos} % 1000000000 + 1000000000) % 1000000000)`;
    const midnight = `date_diff('day', DATE '1970-01-01', ${day(parts)}) * 86400`;
    const wall = `sf_pack(${midnight} + (${nanos} - ${rest}) // 1000000000, ${rest})`;
    const zone = zoneOf(context.env.parameter.bind(context.env));
    if (name === 'TIMESTAMP_NTZ') return typed(wall, timestampType(name));
    const instant = `sf_instant(${wall}, ${zone})`;
    const sql = name === 'TIMESTAMP_LTZ' ? instant : `sf_tz_of_instant(${instant}, ${zone})`;
    return typed(sql, timestampType(name));
  });
}

const dateFromParts = simple([3, 3], (args, context) => typed(day(integers(args, context)), DATE));
const timeFromParts = simple([3, 4], (args, context) =>
  typed(`(${nanosOfDay(integers(args, context))} % 86400000000000)`, timeType()),
);

export const MOMENT_PARTS: Readonly<Record<string, FunctionCompiler>> = {
  DATE_FROM_PARTS: dateFromParts,
  DATEFROMPARTS: dateFromParts,
  TIME_FROM_PARTS: timeFromParts,
  TIMEFROMPARTS: timeFromParts,
  TIMESTAMP_FROM_PARTS: timestamp('TIMESTAMP_NTZ'),
  TIMESTAMP_NTZ_FROM_PARTS: timestamp('TIMESTAMP_NTZ'),
  TIMESTAMP_LTZ_FROM_PARTS: timestamp('TIMESTAMP_LTZ'),
  TIMESTAMP_TZ_FROM_PARTS: timestamp('TIMESTAMP_TZ'),
};
