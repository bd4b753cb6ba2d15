const FIELDS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;
type Field = (typeof FIELDS)[number];

/** How many of a field make one of the field before it. */
const SIZES: Readonly<Record<string, number>> = { MONTH: 12, HOUR: 24, MINUTE: 60, SECOND: 60 };
const SEPARATORS: Readonly<Record<string, string>> = { MONTH: '-', HOUR: ' ' };
/** Months of the fields of years and months, nanoseconds of the others. */
const UNITS: Readonly<Record<Field, bigint>> = {
  YEAR: 12n,
  MONTH: 1n,
  DAY: 86_400_000_000_000n,
  HOUR: 3_600_000_000_000n,
  MINUTE: 60_000_000_000n,
  SECOND: 1_000_000_000n,
};

interface IntervalShape {
  readonly fields: readonly Field[];
  /** Digits of the first field, and of a fraction of seconds. */
  readonly leading: number;
  readonly digits: number;
}

/** From the type as SQL, such as `INTERVAL DAY(9) TO SECOND(3)`. */
export function intervalShape(spelling: string): IntervalShape {
  const [, from = '', leading = '9', own, to = from, scale] =
    /^INTERVAL (\w+)\((\d+)(?:,(\d+))?\)(?: TO (\w+)(?:\((\d+)\))?)?/.exec(spelling) ?? [];
  const [first, last] = [FIELDS.indexOf(from as Field), FIELDS.indexOf(to as Field)];
  return {
    fields: FIELDS.slice(first, last + 1),
    leading: Number(leading),
    digits: Number(scale ?? own ?? 0),
  };
}

export function isMonthly(spelling: string): boolean {
  return /^INTERVAL (?:YEAR|MONTH)/.test(spelling);
}

/** What is kept: months, or nanoseconds. Further digits of a fraction are cut. Undefined where the text is none. */
export function parseInterval(text: string, spelling: string): bigint | undefined {
  const { fields, leading, digits } = intervalShape(spelling);
  const found = pattern(fields).exec(text.trim());
  if (found === null) return undefined;
  const [, sign, ...values] = found;
  if (values[0] === undefined || values[0].length > leading) return undefined;
  let total = 0n;
  for (const [i, field] of fields.entries()) {
    const value = values[i] ?? '0';
    if (i > 0 && Number(value) >= (SIZES[field] ?? 0)) return undefined;
    total += BigInt(value) * UNITS[field];
  }
  const fraction = (values[fields.length] ?? '').slice(0, digits).padEnd(9, '0');
  total += BigInt(fraction);
  return sign === '-' ? -total : total;
}

function pattern(fields: readonly Field[]): RegExp {
  const rest = fields.slice(1).map((field) => `${SEPARATORS[field] ?? ':'}(\\d{1,2})`);
  const fraction = fields.at(-1) === 'SECOND' ? '(?:[.](\\d{1,9}))?' : '';
  return new RegExp(`^([+-]?)(\\d+)${rest.join('')}${fraction}$`);
}

/**
 * A sign, then each field, those after the first with two digits: `+1-02`, `-3 04:05:06.500000`.
 * Source: mlorek/frostlake, IntervalColumnTypeTest; snowflake-connector-python, test_interval_types.
 */
export function intervalText(kept: bigint, spelling: string): string {
  const { fields, digits } = intervalShape(spelling);
  let rest = kept < 0n ? -kept : kept;
  const parts = fields.map((field, i) => {
    const count = rest / UNITS[field];
    rest %= UNITS[field];
    return i === 0 ? String(count) : `${SEPARATORS[field] ?? ':'}${String(count).padStart(2, '0')}`;
  });
  const fraction = digits === 0 ? '' : `.${String(rest).padStart(9, '0').slice(0, digits)}`;
  return `${kept < 0n ? '-' : '+'}${parts.join('')}${fraction}`;
}

/** To another type of its family: what is finer than its last field is cut. Undefined if it is too large. */
export function castInterval(kept: bigint, spelling: string): bigint | undefined {
  const { fields, leading, digits } = intervalShape(spelling);
  const last = fields.at(-1) ?? 'SECOND';
  const unit = last === 'SECOND' ? 10n ** BigInt(9 - digits) : UNITS[last];
  const cut = kept - (kept % unit);
  const first = (cut < 0n ? -cut : cut) / UNITS[fields[0] ?? 'SECOND'];
  return String(first).length > leading ? undefined : cut;
}
