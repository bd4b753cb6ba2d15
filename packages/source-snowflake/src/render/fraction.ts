/** Characters of a rendering that keeps `digits` digits of a second after `whole` characters. */
const kept = (whole: number, digits: number): number => whole + (digits === 0 ? 0 : digits + 1);

/**
 * Text of a date or time with exactly `digits` fractional digits. Where the column has more, they
 * are cut off the full text: whether a shorter FFn rounds or cuts is not documented
 * (docs.snowflake.com/en/sql-reference/date-time-input-output), and rounding could move a value
 * into the next second, day or year.
 */
export function cutFraction(text: FractionText, digits: number): string {
  const { column, format, whole, precision } = text;
  const full = `TO_VARCHAR(${column}, '${format}${precision === 0 ? '' : `.FF${String(precision)}`}')`;
  return digits < precision ? `LEFT(${full}, ${String(kept(whole, digits))})` : full;
}

export interface FractionText {
  /** SQL of the value. */
  readonly column: string;
  /** Format without fraction. */
  readonly format: string;
  /** Characters that the format gives. */
  readonly whole: number;
  /** The column's own fractional digits, 0 to 9. */
  readonly precision: number;
}

export const timeFormat = { format: 'HH24:MI:SS', whole: 8 } as const;
export const timestampFormat = { format: 'YYYY-MM-DD"T"HH24:MI:SS', whole: 19 } as const;
