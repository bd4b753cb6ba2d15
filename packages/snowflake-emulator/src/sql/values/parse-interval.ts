const FIELDS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'];
/** How many of a field make one of the field before it. */
const SIZES: Readonly<Record<string, number>> = { MONTH: 12, HOUR: 24, MINUTE: 60, SECOND: 60 };
const SEPARATORS: Readonly<Record<string, string>> = { MONTH: '-', HOUR: ' ' };

/**
 * The text of an interval of the type: a sign, then each of its fields, those after the first with
 * two digits: `+1-02`, `-3 04:05:06.500000`, `+7`. Undefined where the text is none.
 * https://docs.snowflake.com/en/sql-reference/data-types-datetime, "Interval data types".
 */
export function parseInterval(text: string, spelling: string): string | undefined {
  const [, from = '', leading = '9', to = from, scale] =
    /^INTERVAL (\w+)\((\d+)(?:, \d+)?\)(?: TO (\w+)(?:\((\d+)\))?)?/.exec(spelling) ?? [];
  const fields = FIELDS.slice(FIELDS.indexOf(from), FIELDS.indexOf(to) + 1);
  const digits = Number(scale ?? /, (\d+)\)/.exec(spelling)?.[1] ?? 0);
  const found = pattern(fields).exec(text.trim());
  if (found === null) return undefined;
  const [, sign = '', ...values] = found;
  if (values[0] === undefined || values[0].length > Number(leading)) return undefined;
  const parts = fields.map((field, index) => part(field, values[index] ?? '0', index === 0));
  if (parts.includes(undefined)) return undefined;
  const fraction = to === 'SECOND' ? fractionOf(values[fields.length], digits) : '';
  return `${sign === '-' ? '-' : '+'}${parts.join('')}${fraction}`;
}

function pattern(fields: readonly string[]): RegExp {
  const rest = fields.slice(1).map((field) => `${SEPARATORS[field] ?? ':'}(\\d{1,2})`);
  const fraction = fields.at(-1) === 'SECOND' ? '(?:[.](\\d{1,9}))?' : '';
  return new RegExp(`^([+-]?)(\\d+)${rest.join('')}${fraction}$`);
}

function part(field: string, value: string, first: boolean): string | undefined {
  if (first) return String(BigInt(value));
  if (Number(value) >= (SIZES[field] ?? 0)) return undefined;
  return `${SEPARATORS[field] ?? ':'}${value.padStart(2, '0')}`;
}

function fractionOf(value: string | undefined, digits: number): string {
  return digits === 0 ? '' : `.${(value ?? '').padEnd(9, '0').slice(0, digits)}`;
}
