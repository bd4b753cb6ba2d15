import type { ColumnPair } from '@snowmelt/core';

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

export type FractionRule = Pick<ColumnPair, 'fractionDigits' | 'extraDigits'>;

/**
 * Text of a date or time with the fractional digits of the plan. Where the column has more, they
 * are cut off the full text: whether a shorter FFn rounds or cuts is not documented
 * (docs.snowflake.com/en/sql-reference/date-time-input-output), and rounding could move a value
 * into the next second, day or year.
 */
export function fractionText(
  { column, format, whole, precision }: FractionText,
  { fractionDigits: digits = precision, extraDigits }: FractionRule,
): string {
  const full = `TO_VARCHAR(${column}, '${format}${precision === 0 ? '' : `.FF${String(precision)}`}')`;
  if (digits >= precision || extraDigits === 'round') return full;
  const cut = `LEFT(${full}, ${String(whole + (digits === 0 ? 0 : digits + 1))})`;
  if (extraDigits !== 'fail') return cut;
  const zeros = '0'.repeat(precision - digits);
  const exact = `RIGHT(${full}, ${String(zeros.length)}) = '${zeros}'`;
  return `CASE WHEN ${exact} THEN ${cut} ELSE ${full} || '${tooManyDigits(digits)}' END`;
}

/** Behind a value: no column of a time takes it, and whoever reads the refusal sees why. */
export function tooManyDigits(digits: number): string {
  return ` has more than ${String(digits)} digits of a second`;
}

export const timeFormat = { format: 'HH24:MI:SS', whole: 8 } as const;
