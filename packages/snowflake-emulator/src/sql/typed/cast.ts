import {
  isSemiStructured,
  MAX_TEXT_LENGTH,
  type SqlType,
  storageType,
  textType,
  typeText,
} from '../sql-type.ts';
import { compilationError } from '../unsupported.ts';
import { isMonthly } from '../values/interval.ts';
import { castFromText, type FromText } from './cast-from-text.ts';
import { castStructured } from './cast-structured.ts';
import { castToNumber, castToSemiStructured } from './cast-to-json.ts';
import { collated, specOf } from './collation.ts';
import { renderText, zoneOf } from './render-text.ts';
import { type Environment, quoteText, typed, type Typed } from './typed.ts';

/** `expr::type`, TRY_CAST when `safe`. https://docs.snowflake.com/en/sql-reference/functions/cast */
export function castTo(value: Typed, type: SqlType, env: Environment, safe = false): Typed {
  const from = value.type;
  if (type.name === 'NULL') return value;
  if (from.name === 'NULL') return typed(`CAST(${value.sql} AS ${storageType(type)})`, type);
  if (typeText(from) === typeText(type)) return { ...value, type };
  const plain = convert(value, type, env, safe);
  const sql = type.fields === undefined ? plain : castStructured(plain, type, { env, castTo });
  const result = { sql, type, nullable: value.nullable || safe };
  return keepsLiteral(value, type) ? { ...result, literal: value.literal ?? '' } : result;
}

function keepsLiteral(value: Typed, type: SqlType): boolean {
  return (
    value.literal !== undefined &&
    value.type.name === 'VARCHAR' &&
    type.name === 'VARCHAR' &&
    (type.length ?? 0) >= (value.type.length ?? 0)
  );
}

function convert(value: Typed, type: SqlType, env: Environment, safe: boolean): string {
  const from = value.type;
  const parameter = env.parameter.bind(env);
  if (type.name === 'VARCHAR' && from.name === 'VECTOR') {
    throw compilationError(
      "invalid type [CAST(… AS VARCHAR)] for parameter 'TO_VARCHAR'",
      '001007',
      '22023',
    );
  }
  if (type.name === 'VARCHAR') return castToText(value, type, env);
  if (type.name === 'VECTOR') return castToVector(value, type);
  if (from.name === 'VARCHAR') return castFromText(value, type, { parameter, safe });
  if (from.name === 'VARIANT' && !isSemiStructured(type)) {
    const text = typed(`sf_variant_scalar(${value.sql}, '${type.name}')`, textType());
    return castFromText(text, type, { parameter, safe });
  }
  if (isSemiStructured(type)) return castToSemiStructured(value, type, env);
  switch (type.name) {
    case 'NUMBER':
    case 'FLOAT':
      return castToNumber(value, type);
    case 'BOOLEAN':
      if (from.name === 'NUMBER' || from.name === 'FLOAT') return `(${value.sql} <> 0)`;
      break;
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return castMoment(value, type, zoneOf(parameter));
    default:
      return convertOther(value, type, { parameter, safe });
  }
  throw invalidCast(from, type);
}

function convertOther(value: Typed, type: SqlType, options: FromText): string {
  const { sql, type: from } = value;
  if (type.name === 'BINARY' && from.name === 'BINARY') return sql;
  if (sameFamily(from, type)) {
    const spelling = quoteText(type.spelling ?? '');
    return `CAST(sf_cast_interval(CAST(${sql} AS VARCHAR), ${spelling}) AS HUGEINT)`;
  }
  if (type.name === 'DECFLOAT' && (from.name === 'NUMBER' || from.name === 'FLOAT')) {
    return castFromText(typed(`CAST(${sql} AS VARCHAR)`, textType()), type, options);
  }
  throw invalidCast(from, type);
}

/** Intervals of years and months are one family, of days and times another. */
export function sameFamily(a: SqlType, b: SqlType): boolean {
  if (a.name !== 'INTERVAL' || b.name !== 'INTERVAL') return false;
  return isMonthly(a.spelling ?? '') === isMonthly(b.spelling ?? '');
}

/** Only an ARRAY becomes one: https://docs.snowflake.com/en/sql-reference/data-types-vector, "Vector conversion". */
function castToVector({ sql, type: from }: Typed, type: SqlType): string {
  if (from.name === 'VECTOR' && from.length === type.length) return sql;
  if (from.name !== 'ARRAY') throw invalidCast(from, type);
  const list = `CAST(${sql} AS ${storageType(type)})`;
  const fail = `sf_fail('100071', '22000', 'Vector value being cast to a vector is not an array or vector, or has incorrect dimension or element type')`;
  return `CASE WHEN len(${list}) = ${type.length} THEN ${list} ELSE ${fail} END`;
}

/**
 * TRY_CAST and TRY_TO_… take a text; what is semi-structured goes to its own kind only
 * (mlorek/frostlake, docs/functions.md). The bare NULL is any type.
 */
export function checkTryCast(from: SqlType, to: SqlType): void {
  if (from.name === 'VARCHAR' || from.name === 'NULL') return;
  if (isSemiStructured(from) && isSemiStructured(to)) return;
  throw compilationError(
    `Function TRY_CAST cannot be used with arguments of types ${typeText(from)} and ${typeText(to)}`,
    '001065',
    '22023',
  );
}

export function invalidCast(from: SqlType, to: SqlType): Error {
  return compilationError(
    `invalid type [CAST(… AS ${typeText(to)})] for parameter 'TO_${to.name}' from ${typeText(from)}`,
    '001007',
    '22023',
  );
}

/** A text that is too long is cut; see docs/sql-coverage.md, "Casts". */
function castToText(value: Typed, type: SqlType, env: Environment): string {
  const sql =
    value.type.name === 'VARCHAR'
      ? value.sql
      : renderText(value.sql, value.type, env.parameter.bind(env));
  const length = type.length ?? MAX_TEXT_LENGTH;
  const spec = specOf(type);
  const fits =
    length >= (value.type.name === 'VARCHAR' ? (value.type.length ?? length) : 16_777_216);
  const text = fits ? sql : `left(${sql}, ${length})`;
  return spec === specOf(value.type) ? text : collated(text, spec);
}

type Moment = 'DATE' | 'TIME' | 'TIMESTAMP_NTZ' | 'TIMESTAMP_LTZ' | 'TIMESTAMP_TZ';

/** Between dates, times and timestamps: through the wall clock or the instant. */
function castMoment(value: Typed, type: SqlType, zone: string): string {
  const from = value.type.name;
  const to = type.name as Moment;
  // Its fraction stays whatever the scale (measured by mlorek/frostlake, TemporalTextAndPrecisionTest).
  if (from === 'NUMBER' && to !== 'DATE' && to !== 'TIME')
    return castTimestamp(ofEpoch(value), to, zone);
  if (from === 'TIME' && to === 'TIME')
    return cutTime(value.sql, type.scale ?? 9, value.type.scale ?? 9);
  if (from === 'TIME' || !isMoment(from)) throw invalidCast(value.type, type);
  if (to === 'DATE') return from === 'DATE' ? value.sql : `sf_day(${wallOf(value, zone)})`;
  if (to === 'TIME') {
    const wall = wallOf(value, zone);
    const sql = `((((sf_sec(${wall}) % 86400) + 86400) % 86400) * 1000000000 + sf_ns(${wall}))`;
    return cutTime(sql, type.scale ?? 9, 9);
  }
  return cutTimestamp(castTimestamp(value, to, zone), type, value.type.scale ?? 0);
}

function castTimestamp(value: Typed, to: Exclude<Moment, 'DATE' | 'TIME'>, zone: string): string {
  const from = value.type.name;
  if (from === to) return value.sql;
  if (to === 'TIMESTAMP_NTZ') return wallOf(value, zone);
  const instant = instantOf(value, zone);
  return to === 'TIMESTAMP_LTZ' ? instant : `sf_tz_of_instant(${instant}, ${zone})`;
}

/** Whole numbers are seconds since the epoch; a scale gives smaller units. */
function ofEpoch(value: Typed): Typed {
  const seconds = `CAST(floor(${value.sql}) AS BIGINT)`;
  const sql = `sf_pack(${seconds}, CAST((${value.sql} - ${seconds}) * 1000000000 AS BIGINT))`;
  return typed(sql, { name: 'TIMESTAMP_NTZ', scale: 9 });
}

function isMoment(name: string): boolean {
  return name === 'DATE' || name.startsWith('TIMESTAMP_');
}

/** The packed wall clock of a DATE or timestamp; of an LTZ in the session's zone. */
export function wallOf(value: Typed, zone: string): string {
  switch (value.type.name) {
    case 'DATE':
      return `sf_of_day(${value.sql})`;
    case 'TIMESTAMP_TZ':
      return `sf_tz_wall(${value.sql})`;
    case 'TIMESTAMP_LTZ':
      return `sf_wall(${value.sql}, ${zone})`;
    default:
      return value.sql;
  }
}

/** The packed instant of a DATE or timestamp; a wall clock is taken as of the session's zone. */
export function instantOf(value: Typed, zone: string): string {
  switch (value.type.name) {
    case 'TIMESTAMP_TZ':
      return `sf_tz_instant(${value.sql})`;
    case 'TIMESTAMP_LTZ':
      return value.sql;
    default:
      return `sf_instant(${wallOf(value, zone)}, ${zone})`;
  }
}

function cutTime(sql: string, to: number, from: number): string {
  if (to >= from) return sql;
  return `((${sql}) - (${sql}) % ${10 ** (9 - to)})`;
}

/** Digits beyond the scale are cut off. */
function cutTimestamp(sql: string, type: SqlType, from: number): string {
  const scale = type.scale ?? 9;
  if (scale >= from) return sql;
  if (type.name !== 'TIMESTAMP_TZ') return `((${sql}) - sf_ns(${sql}) % ${10 ** (9 - scale)})`;
  return `((${sql}) - (sf_ns(sf_tz_instant(${sql})) % ${10 ** (9 - scale)}) * 4096)`;
}
