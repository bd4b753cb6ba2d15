import { cast, loss, no, otherwise, yes, type OfKind, type Row, type Rule } from './verdict.ts';
import { textColumns } from './text-length.ts';

/** Digits before the point, and behind it. */
function digits({ precision, scale = 0 }: OfKind<'decimal'>) {
  return {
    whole: precision === undefined ? Infinity : precision - scale,
    part: precision === undefined && scale === 0 ? Infinity : scale,
  };
}

const largest: Readonly<Record<number, string>> = {
  4: '32767',
  9: '2147483647',
  18: '9223372036854775807',
};

const intoInteger: Rule<'decimal'> = (source, { logical }) => {
  const [has, keeps] = [source.precision ?? Infinity, precisionOf(logical)];
  if ((source.scale ?? 0) > 0) return no('an integer column refuses the point of every value');
  if (has <= keeps) return yes;
  return cast(`a value beyond ${largest[keeps]} is refused, and its row named`);
};

const intoNumeric: Rule<'decimal'> = (source, { logical }) => {
  if (logical.kind !== 'decimal' || logical.precision === undefined) return yes;
  const [has, keeps] = [digits(source), digits(logical)];
  if (has.part > keeps.part) return loss(`PostgreSQL rounds to ${keeps.part} fractional digits`);
  if (has.whole > keeps.whole) {
    return cast(`a value of more than ${keeps.whole} digits before the point is refused`);
  }
  return yes;
};

/** Decimal digits that survive in a binary float: FLT_DIG, DBL_DIG. */
const decimalDigits = { 32: 6, 64: 15 } as const;

const decimalIntoFloat: Rule<'decimal'> = (source, { logical }) => {
  const kept = decimalDigits[logical.kind === 'float' ? logical.bits : 64];
  return (source.precision ?? Infinity) <= kept ? yes : loss(`binary floats keep ${kept} digits`);
};

const zeroOrOne = cast('1 and 0 are read, every other number is refused');
const asDate = no('digits, or infinity, would be read as a date');

/** PostgreSQL reads some numbers there, as something else. */
const misread = {
  date: asDate,
  timestamp: asDate,
  timestamptz: asDate,
  interval: no('a number would be read as seconds'),
  bits: no('ones and zeros would be read as bits'),
  money: loss('how money reads digits, and how many it keeps, depends on lc_monetary'),
} as const;

export const fromDecimal: Row<'decimal'> = {
  ...otherwise('a number'),
  ...textColumns<'decimal'>(),
  ...misread,
  boolean: ({ scale = 0 }) => (scale === 0 ? zeroOrOne : no('a fraction is no boolean')),
  bits: ({ scale = 0 }, { digits: bits }) => (scale === 0 && bits === 1 ? zeroOrOne : misread.bits),
  integer: intoInteger,
  numeric: intoNumeric,
  float: decimalIntoFloat,
  json: yes,
  jsonb: yes,
};

const bounded = (target: { readonly logical: { readonly kind: string } }): boolean =>
  'precision' in target.logical;

export const fromFloat: Row<'float'> = {
  ...otherwise('a floating-point number'),
  ...textColumns<'float'>(),
  ...misread,
  integer: no('floats are written with a point and an exponent, which an integer column refuses'),
  numeric: (_, target) =>
    bounded(target)
      ? loss('PostgreSQL rounds to the digits of the column, and refuses infinities')
      : yes,
  float: ({ bits }, { logical }) =>
    logical.kind === 'float' && logical.bits < bits ? loss('32 bits keep about 7 digits') : yes,
  json: cast('JSON has no NaN and no infinities; they are refused'),
  jsonb: cast('JSON has no NaN and no infinities; they are refused'),
};

export const fromDecfloat: Row<'decfloat'> = {
  ...otherwise('a decimal floating-point number'),
  ...textColumns<'decfloat'>(),
  ...misread,
  boolean: zeroOrOne,
  integer: cast('a value with a point or an exponent is refused'),
  numeric: (_, target) =>
    bounded(target)
      ? loss('PostgreSQL rounds to the digits of the column')
      : cast('numeric has 16383 digits behind the point; a smaller number is refused'),
  float: loss('binary floats keep 6 or 15 digits'),
  json: cast('a number that JSON writes otherwise is refused'),
  jsonb: cast('a number that JSON writes otherwise is refused'),
};

function precisionOf(logical: { readonly kind: string }): number {
  return 'precision' in logical && typeof logical.precision === 'number'
    ? logical.precision
    : Infinity;
}
