/**
 * The text of a DECFLOAT: 38 digits at most, without zeros at the end. Without an exponent where
 * that takes no more than 38 places; where exactly Snowflake begins to write one is not documented
 * (https://docs.snowflake.com/en/sql-reference/data-types-numeric, "DECFLOAT").
 */
export function parseDecfloat(text: string): string | undefined {
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^\s*([+-]?)(\d*)(?:[.](\d*))?(?:[eE]([+-]?\d+))?\s*$/.exec(text) ?? [];
  if (whole + part === '') return undefined;
  const digits = (whole + part).replace(/^0+/, '');
  const rounded = digits.length > 38 ? roundTo38(digits) : digits;
  // The value is 0.digits × 10^point.
  const leading = whole.replace(/^0+/, '');
  const zeros = leading === '' ? (/^0*/.exec(part)?.[0].length ?? 0) : 0;
  const carried = rounded.length > Math.min(digits.length, 38) ? 1 : 0;
  const point = (leading === '' ? -zeros : leading.length) + Number(exponent) + carried;
  const significant = rounded.replace(/0+$/, '');
  if (significant === '') return '0';
  if (Math.abs(point) > 16_384) return undefined;
  return (sign === '-' ? '-' : '') + written(significant, point);
}

function roundTo38(digits: string): string {
  const kept = BigInt(digits.slice(0, 38));
  return String(Number(digits[38]) >= 5 ? kept + 1n : kept);
}

function written(digits: string, point: number): string {
  if (point > 38 || point < -37) {
    const rest = digits.slice(1);
    return `${digits[0]}${rest === '' ? '' : `.${rest}`}e${point - 1}`;
  }
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return digits.padEnd(point, '0');
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
