import type { LogicalType } from '@snowmelt/core';

/** `cast`: PostgreSQL reads the text and refuses what it can't read. `loss`: it takes less, silently. */
export type Compatibility =
  { readonly fits: 'yes' } | { readonly fits: 'cast' | 'loss' | 'no'; readonly why: string };

const yes: Compatibility = { fits: 'yes' };
const no = (why: string): Compatibility => ({ fits: 'no', why });
const cast = (why: string): Compatibility => ({ fits: 'cast', why });
const loss = (why: string): Compatibility => ({ fits: 'loss', why });

/** Whether the canonical text of a source column can go into an existing target column. */
export function compatibility(source: LogicalType, target: LogicalType): Compatibility {
  if (target.kind === 'text') return yes;
  if (source.kind === 'text') return cast('every text must read as a value of the target type');
  if (target.kind === 'unknown') {
    return cast('the target type is taken to read the canonical text of the source type');
  }
  if (source.kind === target.kind) return sameKind(source, target);
  return otherKind(source, target);
}

function sameKind(source: LogicalType, target: LogicalType): Compatibility {
  if (source.kind === 'decimal' && target.kind === 'decimal') return decimals(source, target);
  if (source.kind === 'timestamp' && target.kind === 'timestamp') {
    return zones(source.zone, target.zone);
  }
  if (source.kind === 'float' && target.kind === 'float' && source.bits > target.bits) {
    return loss('32 bits keep about 7 digits');
  }
  return yes;
}

type Decimal = Extract<LogicalType, { kind: 'decimal' }>;

/** Too many digits before the point are refused by PostgreSQL; those behind it are rounded. */
function decimals(source: Decimal, target: Decimal): Compatibility {
  if (target.precision === undefined) return yes;
  const [has, keeps] = [source.scale ?? Infinity, target.scale ?? 0];
  if (has <= keeps) return yes;
  return keeps === 0
    ? cast('an integer column refuses a value with a decimal point')
    : loss(`PostgreSQL rounds to ${keeps} fractional digits`);
}

type Zone = Extract<LogicalType, { kind: 'timestamp' }>['zone'];

function zones(source: Zone, target: Zone): Compatibility {
  if ((source === 'none') === (target === 'none')) return yes;
  return source === 'none'
    ? cast('wall-clock times are taken as UTC')
    : no('a timestamp column ignores the offset; use timestamptz');
}

function otherKind(source: LogicalType, target: LogicalType): Compatibility {
  const pair = `${source.kind}→${target.kind}`;
  const known = otherKinds[pair];
  return known ?? no(`${target.kind} does not take ${source.kind}`);
}

const otherKinds: Readonly<Record<string, Compatibility>> = {
  'decimal→float': loss('binary floats keep 7 or 15 digits'),
  'decfloat→float': loss('binary floats keep 7 or 15 digits'),
  'decfloat→decimal': cast('values outside of the target precision are refused or rounded'),
  'float→decimal': cast('values outside of the target precision are refused or rounded'),
  'date→timestamp': yes,
  'spatial→json': yes,
  'vector→json': yes,
  'uuid→text': yes,
};
