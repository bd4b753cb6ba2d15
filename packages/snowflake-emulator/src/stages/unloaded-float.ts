/**
 * A FLOAT as an unload to CSV writes it: "Snowflake truncates the values to approximately (15,9)"
 * (Data unloading considerations, "Floating-point number truncation"): 15 digits in all, 9 of them
 * after the point. Whoever needs all digits renders them in the query.
 */
export function unloadedFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const rounded = Number(value.toPrecision(15));
  const magnitude = Math.abs(rounded);
  if (magnitude >= 1e15) return exponential(rounded);
  return trimZeros(rounded.toFixed(9));
}

function trimZeros(text: string): string {
  let end = text.length;
  while (text[end - 1] === '0') end -= 1;
  if (text[end - 1] === '.') end -= 1;
  const trimmed = text.slice(0, end);
  return trimmed === '-0' ? '0' : trimmed;
}

/** `1e+20`: at least two digits of exponent, as C prints it. */
function exponential(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e');
  const sign = exponent?.startsWith('-') === true ? '-' : '+';
  return `${mantissa}e${sign}${(exponent ?? '').slice(1).padStart(2, '0')}`;
}
