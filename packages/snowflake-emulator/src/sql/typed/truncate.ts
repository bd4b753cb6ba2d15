import { castTo, wallOf } from './cast.ts';
import { zoneOf } from './render-text.ts';
import { typed, type CallContext, type Typed } from './typed.ts';
import { timestampType, typeText } from '../sql-type.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { UNIT_NANOS, datePart } from './date-parts.ts';

/** DATE_TRUNC: the type stays; days begin in the value's own zone, or the session's for an LTZ. */
export function truncateMoment(value: Typed, word: string, context: CallContext): Typed {
  const part = datePart(word);
  const { type } = value;
  if (type.name === 'VARCHAR') {
    return truncateMoment(
      castTo(value, timestampType('TIMESTAMP_NTZ'), context.env),
      word,
      context,
    );
  }
  if (type.name === 'TIME') return truncateTime(value, part);
  if (type.name === 'DATE') {
    const sql = UNITS.has(part)
      ? `CAST(date_trunc('${unit(part)}', ${value.sql}) AS DATE)`
      : value.sql;
    return typed(sql, type, value.nullable);
  }
  if (!type.name.startsWith('TIMESTAMP_')) {
    throw compilationError(
      `Invalid argument types for function 'DATE_TRUNC': (${typeText(type)})`,
      '001044',
      '42P13',
    );
  }
  const zone = zoneOf(context.env.parameter.bind(context.env));
  const wall = wallOf(value, zone);
  const cut = truncateWall(wall, part);
  return typed(backFromWall(cut, value, zone), type, value.nullable);
}

const UNITS = new Set(['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'WEEKISO', 'DAY']);

function unit(part: string): string {
  return part === 'WEEKISO' ? 'week' : part.toLowerCase();
}

function truncateWall(wall: string, part: string): string {
  const nanos = UNIT_NANOS[part];
  if (nanos !== undefined) return `(${wall} - sf_ns(${wall}) % ${nanos})`;
  if (!UNITS.has(part) && !['HOUR', 'MINUTE', 'SECOND'].includes(part))
    throw unsupported(`DATE_TRUNC to ${part}`);
  return `sf_of_ts(CAST(date_trunc('${unit(part)}', sf_ts(${wall})) AS TIMESTAMP), 0)`;
}

/** A wall clock made of `value` back to the value's stored form. */
export function backFromWall(wall: string, value: Typed, zone: string): string {
  switch (value.type.name) {
    case 'TIMESTAMP_LTZ':
      return `sf_instant(${wall}, ${zone})`;
    case 'TIMESTAMP_TZ': {
      const offset = `sf_tz_offset(${value.sql})`;
      return `sf_tz_pack(${wall} - CAST(${offset} * 60 AS HUGEINT) * 1073741824, ${offset})`;
    }
    default:
      return wall;
  }
}

function truncateTime(value: Typed, part: string): Typed {
  const seconds: Readonly<Record<string, number>> = { HOUR: 3600, MINUTE: 60, SECOND: 1 };
  const size = (seconds[part] ?? 0) * 1_000_000_000 || UNIT_NANOS[part];
  if (size === undefined) throw unsupported(`DATE_TRUNC of a TIME to ${part}`);
  return typed(`(${value.sql} - ${value.sql} % ${size})`, value.type, value.nullable);
}
