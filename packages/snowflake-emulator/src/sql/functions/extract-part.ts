import { instantOf, wallOf } from '../typed/cast.ts';
import { zoneOf } from '../typed/render-text.ts';
import type { CallContext, Typed } from '../typed/typed.ts';
import { unsupported } from '../unsupported.ts';
import { integerResult } from './function-spec.ts';

/**
 * DuckDB SQL over a TIMESTAMP. Without WEEK_START, days of a week count from Sunday = 0 and weeks
 * are ISO weeks. https://docs.snowflake.com/en/sql-reference/functions-date-time#calendar-weeks-and-weekdays
 */
const FROM_CLOCK: Readonly<Record<string, string>> = {
  YEAR: 'year(?)',
  QUARTER: 'quarter(?)',
  MONTH: 'month(?)',
  WEEK: 'week(?)',
  WEEKISO: 'week(?)',
  DAY: 'day(?)',
  DAYOFWEEK: 'dayofweek(?)',
  DAYOFWEEKISO: 'isodow(?)',
  DAYOFYEAR: 'dayofyear(?)',
  YEAROFWEEK: 'isoyear(?)',
  YEAROFWEEKISO: 'isoyear(?)',
  HOUR: 'hour(?)',
  MINUTE: 'minute(?)',
  SECOND: 'second(?)',
};

/** Units of a second since the epoch. */
const EPOCH: Readonly<Record<string, number>> = {
  EPOCH_SECOND: 1,
  EPOCH_MILLISECOND: 1000,
  EPOCH_MICROSECOND: 1_000_000,
  EPOCH_NANOSECOND: 1_000_000_000,
};

export function partOf(part: string, value: Typed, context: CallContext): Typed {
  const zone = zoneOf(context.env.parameter.bind(context.env));
  const nullable = value.nullable;
  const clocked = FROM_CLOCK[part];
  if (clocked !== undefined) {
    // Years may have six digits, with a sign (data-types-datetime).
    return integerResult(clocked.replace('?', clockOf(value, zone)), 6, nullable);
  }
  if (value.type.name === 'TIME') return timePart(part, value);
  const units = EPOCH[part];
  if (units !== undefined) return epoch(value, units, zone);
  const wall = wallOf(value, zone);
  if (part === 'NANOSECOND') return integerResult(`sf_ns(${wall})`, 9, nullable);
  if (part === 'TIMEZONE_HOUR' || part === 'TIMEZONE_MINUTE') return zonePart(part, value, zone);
  throw unsupported(`DATE_PART ${part}`);
}

function clockOf(value: Typed, zone: string): string {
  if (value.type.name === 'DATE') return `CAST(${value.sql} AS TIMESTAMP)`;
  if (value.type.name === 'TIME') return `make_timestamp(${value.sql} // 1000)`;
  return `sf_ts(${wallOf(value, zone)})`;
}

/** A wall clock without a zone counts as UTC. */
function epoch(value: Typed, units: number, zone: string): Typed {
  const isZoned = value.type.name === 'TIMESTAMP_LTZ' || value.type.name === 'TIMESTAMP_TZ';
  const packed = isZoned ? instantOf(value, zone) : wallOf(value, zone);
  const sql = `(CAST(sf_sec(${packed}) AS HUGEINT) * ${units} + sf_ns(${packed}) // ${1_000_000_000 / units})`;
  return integerResult(sql, 38, value.nullable);
}

function zonePart(part: string, value: Typed, zone: string): Typed {
  if (value.type.name === 'TIMESTAMP_NTZ' || value.type.name === 'DATE')
    throw unsupported(`${part} of ${value.type.name}`);
  const offset =
    value.type.name === 'TIMESTAMP_TZ'
      ? `sf_tz_offset(${value.sql})`
      : `sf_offset(${value.sql}, ${zone})`;
  return integerResult(part === 'TIMEZONE_HOUR' ? `(${offset} // 60)` : `(${offset} % 60)`, 9);
}

function timePart(part: string, value: Typed): Typed {
  if (part === 'NANOSECOND') return integerResult(`(${value.sql} % 1000000000)`, 9);
  if (part === 'EPOCH_SECOND') return integerResult(`(${value.sql} // 1000000000)`, 9);
  throw unsupported(`DATE_PART ${part} of a TIME`);
}
