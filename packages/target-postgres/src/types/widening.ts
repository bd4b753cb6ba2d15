import type { ColumnSchema, LogicalType } from '@snowmelt/core';

import { mostFractionDigits, postgresType } from './type-map.ts';
import { readType, type PostgresType } from '../sql/postgres-type.ts';
import type { OfKind } from './compatibility/verdict.ts';

export interface Wider {
  /** As `format_type` spells it. */
  readonly to: string;
  /** The table is written anew, under the lock of ALTER TABLE. */
  readonly rewrites: boolean;
  /** It keeps more digits behind the point, or of a second. */
  readonly finer: boolean;
}

/**
 * The type that an existing column must have to hold its source, of the same family and with room
 * for all that the column holds. Nothing where it is wide enough, or where only another type would
 * do. A width that is Snowflake's default, NUMBER(38,0) or VARCHAR, was declared by nobody and
 * widens nothing: what does not fit is refused by PostgreSQL, loudly. Digits that would be rounded
 * or cut off without a word widen whatever declares them. Domains are left to whoever made them.
 */
export function widerType(source: LogicalType, column: ColumnSchema): Wider | undefined {
  if (column.domain !== undefined) return undefined;
  const target = readType(column.nativeType);
  switch (source.kind) {
    case 'decimal':
      return widerDecimal(source, target);
    case 'text':
      return widerText(source, target);
    case 'float':
      return widerFloat(source, target);
    case 'time':
    case 'timestamp':
      return moreDigits(source, target);
    case 'binary':
    case 'boolean':
    case 'date':
    case 'decfloat':
    case 'interval':
    case 'json':
    case 'spatial':
    case 'unknown':
    case 'uuid':
    case 'vector':
      return undefined;
  }
}

type Decimal = OfKind<'decimal'>;

/** NUMBER without more words. */
const isDefault = ({ precision, scale = 0 }: Decimal): boolean => precision === 38 && scale === 0;

function widerDecimal(source: Decimal, target: PostgresType): Wider | undefined {
  const { logical } = target;
  if (logical.kind !== 'decimal' || logical.precision === undefined) return undefined;
  if (source.precision === undefined || isDefault(source)) return undefined;
  if (target.class !== 'integer' && target.class !== 'numeric') return undefined;
  const keeps = { whole: logical.precision - (logical.scale ?? 0), part: logical.scale ?? 0 };
  const has = { whole: source.precision - (source.scale ?? 0), part: source.scale ?? 0 };
  if (has.whole <= keeps.whole && has.part <= keeps.part) return undefined;
  const [whole, part] = [Math.max(has.whole, keeps.whole), Math.max(has.part, keeps.part)];
  if (target.class === 'integer') return fromInteger(whole, part);
  const finer = part !== keeps.part;
  return { to: `numeric(${whole + part},${part})`, rewrites: finer, finer };
}

/** The digits that always fit; a smallint may hold five, so that a numeric has one more than they say. */
function fromInteger(whole: number, part: number): Wider {
  const integer = part === 0 && whole <= 18;
  const type: LogicalType = integer
    ? { kind: 'decimal', precision: whole, scale: 0 }
    : { kind: 'decimal', precision: Math.max(whole, 19) + part, scale: part };
  return { to: postgresType(type) ?? 'numeric', rewrites: true, finer: part > 0 };
}

function widerText({ length }: OfKind<'text'>, target: PostgresType): Wider | undefined {
  if (target.class !== 'varchar' || target.logical.kind !== 'text' || length === undefined) {
    return undefined;
  }
  const longest = Math.max(...defaultTextLengths);
  if (length <= (target.logical.length ?? longest) || defaultTextLengths.includes(length)) {
    return undefined;
  }
  const type = postgresType({ kind: 'text', length }) ?? 'text';
  return { to: type.replace('varchar', 'character varying'), rewrites: false, finer: false };
}

/** VARCHAR without a length, before and after the limit was raised (docs.snowflake.com/en/sql-reference/data-types-text). */
const defaultTextLengths: readonly number[] = [16_777_216, 134_217_728];

function widerFloat({ bits }: OfKind<'float'>, target: PostgresType): Wider | undefined {
  if (target.logical.kind !== 'float' || target.logical.bits >= bits) return undefined;
  return { to: 'double precision', rewrites: true, finer: true };
}

const words = {
  time: (digits: number) => `time(${digits}) without time zone`,
  timestamp: (digits: number) => `timestamp(${digits}) without time zone`,
  timestamptz: (digits: number) => `timestamp(${digits}) with time zone`,
} as const;

/** More digits of a second need no rewrite (PostgreSQL's support functions of these types). */
function moreDigits(
  source: OfKind<'time'> | OfKind<'timestamp'>,
  { class: into, logical }: PostgresType,
): Wider | undefined {
  if (into !== 'time' && into !== 'timestamp' && into !== 'timestamptz') return undefined;
  if (logical.kind !== source.kind) return undefined;
  const has = Math.min(source.precision, mostFractionDigits);
  if (has <= logical.precision) return undefined;
  return { to: words[into](has), rewrites: false, finer: true };
}
