import { wallOf } from './cast.ts';
import { zoneOf } from './render-text.ts';
import { typed, type CallContext, type Typed } from './typed.ts';
import { timestampType } from '../sql-type.ts';
import { unsupported } from '../unsupported.ts';
import { UNIT_NANOS, UNIT_SECONDS } from './date-parts.ts';
import { backFromWall } from './truncate.ts';

const MONTHS: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 };

/** DATEADD. A DATE stays one unless hours or less are added. `amount` is DuckDB SQL, a BIGINT. */
export function addTo(
  value: Typed,
  part: string,
  amount: string,
  context: Pick<CallContext, 'env'>,
): Typed {
  const months = MONTHS[part];
  const seconds = UNIT_SECONDS[part];
  const nanos = UNIT_NANOS[part];
  if (value.type.name === 'DATE') {
    if (months !== undefined)
      return date(
        `CAST(${value.sql} + to_months(CAST(${amount} * ${months} AS INTEGER)) AS DATE)`,
        value,
      );
    if (part === 'DAY' || part === 'WEEK') {
      return date(
        `(${value.sql} + CAST(${amount} * ${part === 'WEEK' ? 7 : 1} AS INTEGER))`,
        value,
      );
    }
    const moment = typed(`sf_of_day(${value.sql})`, timestampType('TIMESTAMP_NTZ'), value.nullable);
    return addTo(moment, part, amount, context);
  }
  if (value.type.name === 'TIME') return addToTime(value, seconds, nanos, amount);
  const zone = zoneOf(context.env.parameter.bind(context.env));
  const wall = wallOf(value, zone);
  if (months !== undefined) {
    const moved = `sf_of_ts(sf_ts(${wall}) + to_months(CAST(${amount} * ${months} AS INTEGER)), sf_ns(${wall}))`;
    return same(backFromWall(moved, value, zone), value);
  }
  if (seconds !== undefined) return addSeconds(value, `(${amount} * ${seconds})`, part, zone);
  if (nanos === undefined) throw unsupported(`DATEADD of ${part}`);
  return addNanos(value, `(CAST(${amount} AS HUGEINT) * ${nanos})`);
}

const date = (sql: string, value: Typed): Typed => typed(sql, value.type, value.nullable);
const same = date;

/** Days and weeks move an LTZ's wall clock; hours and less move the instant. */
function addSeconds(value: Typed, seconds: string, part: string, zone: string): Typed {
  const packed = `CAST(${seconds} AS HUGEINT) * 1073741824`;
  if (value.type.name === 'TIMESTAMP_TZ') return same(`(${value.sql} + ${packed} * 4096)`, value);
  const isDays = part === 'DAY' || part === 'WEEK';
  if (value.type.name === 'TIMESTAMP_LTZ' && isDays) {
    return same(backFromWall(`(${wallOf(value, zone)} + ${packed})`, value, zone), value);
  }
  return same(`(${value.sql} + ${packed})`, value);
}

function addNanos(value: Typed, nanos: string): Typed {
  const isTz = value.type.name === 'TIMESTAMP_TZ';
  const instant = isTz ? `sf_tz_instant(${value.sql})` : value.sql;
  const total = `(CAST(sf_ns(${instant}) AS HUGEINT) + ${nanos})`;
  const rest = `(((${total}) % 1000000000 + 1000000000) % 1000000000)`;
  const moved = `sf_pack(sf_sec(${instant}) + ((${total}) - ${rest}) // 1000000000, ${rest})`;
  const sql = isTz ? `sf_tz_pack(${moved}, sf_tz_offset(${value.sql}))` : moved;
  return typed(sql, { ...value.type, scale: 9 }, value.nullable);
}

/** A TIME goes round at midnight. */
function addToTime(
  value: Typed,
  seconds: number | undefined,
  nanos: number | undefined,
  amount: string,
): Typed {
  const unit = seconds === undefined ? nanos : seconds * 1_000_000_000;
  if (unit === undefined) throw unsupported('DATEADD of that part to a TIME');
  const day = '86400000000000';
  return typed(
    `(((${value.sql} + ${amount} * ${unit}) % ${day} + ${day}) % ${day})`,
    value.type,
    value.nullable,
  );
}
