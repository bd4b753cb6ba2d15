import { instantOf, wallOf } from '../typed/cast.ts';
import { zoneOf } from '../typed/render-text.ts';
import type { CallContext, Typed } from '../typed/typed.ts';
import { unsupported } from '../unsupported.ts';
import { UNIT_NANOS } from '../typed/date-parts.ts';
import { integerResult } from './function-spec.ts';

const CALENDAR = new Set(['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND']);

/** DATEDIFF counts the boundaries of a part between two moments; weeks begin on Monday. */
export function differenceOf(part: string, from: Typed, to: Typed, context: CallContext): Typed {
  if (from.type.name === 'TIME' && to.type.name === 'TIME')
    return differenceOfTimes(part, from, to);
  const zone = zoneOf(context.env.parameter.bind(context.env));
  if (CALENDAR.has(part)) {
    const [a, b] = [from, to].map((value) => `sf_ts(${wallOf(value, zone)})`);
    return integerResult(`date_diff('${part.toLowerCase()}', ${a}, ${b})`, 9);
  }
  const nanos = UNIT_NANOS[part];
  if (nanos === undefined) throw unsupported(`DATEDIFF of ${part}`);
  const isNtz = [from, to].every(
    (value) => value.type.name === 'DATE' || value.type.name === 'TIMESTAMP_NTZ',
  );
  const [a, b] = [from, to].map((value) => {
    const packed = isNtz ? wallOf(value, zone) : instantOf(value, zone);
    return `(CAST(sf_sec(${packed}) AS HUGEINT) * ${1_000_000_000 / nanos} + sf_ns(${packed}) // ${nanos})`;
  });
  return integerResult(`(${b} - ${a})`, 38);
}

function differenceOfTimes(part: string, from: Typed, to: Typed): Typed {
  const seconds: Readonly<Record<string, number>> = { HOUR: 3600, MINUTE: 60, SECOND: 1 };
  const unit = (seconds[part] ?? 0) * 1_000_000_000 || UNIT_NANOS[part];
  if (unit === undefined) throw unsupported(`DATEDIFF of TIMEs by ${part}`);
  return integerResult(`(${to.sql} // ${unit} - ${from.sql} // ${unit})`, 18);
}
