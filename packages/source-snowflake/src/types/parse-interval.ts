import type { IntervalField, LogicalType } from '@snowmelt/core';

const field = '(YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)(?:\\s*\\(([\\d,\\s]+)\\))?';
const spelling = new RegExp(`^\\s*INTERVAL\\s+${field}(?:\\s+TO\\s+${field})?`, 'iu');

/** The most digits, where the type does not say how many. */
const mostDigits = 9;

/**
 * `INTERVAL YEAR TO MONTH`, `INTERVAL DAY(9) TO SECOND(6)`, `INTERVAL SECOND(9, 6)`: the first
 * number is the digits of the first field, the last one those of a fraction of a second.
 * Source: docs.snowflake.com/en/sql-reference/data-types-datetime, "Interval data types".
 */
export function parseInterval(native: string): LogicalType | undefined {
  const [whole, first, leading, last, trailing] = spelling.exec(native) ?? [];
  if (whole === undefined || first === undefined) return undefined;
  const from = first.toLowerCase() as IntervalField;
  const to = (last ?? first).toLowerCase() as IntervalField;
  return { kind: 'interval', from, to, precision: to === 'second' ? fraction() : 0 };

  function fraction(): number {
    const digits = last === undefined ? leading?.split(',')[1] : trailing;
    return digits === undefined ? mostDigits : Number(digits);
  }
}
