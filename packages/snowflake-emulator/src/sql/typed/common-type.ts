import { isTimestamp, numberType, type SqlType, textType, typeText } from '../sql-type.ts';
import { unsupported } from '../unsupported.ts';
import { castTo } from './cast.ts';
import { combined } from './collation.ts';
import type { Environment, Typed } from './typed.ts';

/**
 * The type that CASE, COALESCE, set operations and comparisons bring two types to: the one with
 * precedence here, wide enough for both.
 * https://docs.snowflake.com/en/sql-reference/data-type-conversion#implicit-casting-coercion
 */
const PRECEDENCE: readonly SqlType['name'][] = [
  'NULL',
  'VARCHAR',
  'BINARY',
  'UUID',
  'BOOLEAN',
  'NUMBER',
  'DECFLOAT',
  'FLOAT',
  'INTERVAL',
  'TIME',
  'DATE',
  'TIMESTAMP_NTZ',
  'TIMESTAMP_LTZ',
  'TIMESTAMP_TZ',
  'VECTOR',
  'GEOGRAPHY',
  'GEOMETRY',
  'ARRAY',
  'MAP',
  'OBJECT',
  'VARIANT',
];

export function commonType(a: SqlType, b: SqlType): SqlType {
  const higher = PRECEDENCE.indexOf(a.name) >= PRECEDENCE.indexOf(b.name) ? a : b;
  if (a.name === 'INTERVAL' && b.name === 'INTERVAL' && a.spelling !== b.spelling) {
    throw unsupported(`one type for ${typeText(a)} and ${typeText(b)}`);
  }
  if (a.name === b.name) return widen(a, b);
  if (higher.name === 'NUMBER') {
    const other = higher === a ? b : a;
    return other.name === 'VARCHAR' ? numberType(38, Math.max(higher.scale ?? 0, 5)) : higher;
  }
  if (isTimestamp(higher)) return { name: higher.name, scale: 9 };
  return higher;
}

/** Both of one name: room for the digits or characters of either. */
export function widen(a: SqlType, b: SqlType): SqlType {
  if (a.name === 'NUMBER') {
    const scale = Math.max(a.scale ?? 0, b.scale ?? 0);
    const whole = Math.max(
      (a.precision ?? 38) - (a.scale ?? 0),
      (b.precision ?? 38) - (b.scale ?? 0),
    );
    return numberType(Math.min(38, whole + scale), scale);
  }
  if (a.name === 'VARCHAR') {
    const collation = combined(a, b);
    const type = textType(Math.max(a.length ?? 0, b.length ?? 0));
    return collation === undefined ? type : { ...type, collation };
  }
  if (a.scale !== undefined) return { name: a.name, scale: Math.max(a.scale, b.scale ?? 0) };
  return (a.length ?? 0) >= (b.length ?? 0) ? a : b;
}

/** All values cast to their common type. */
export function unify(
  values: readonly Typed[],
  env: Environment,
): { type: SqlType; values: Typed[] } {
  let type: SqlType = { name: 'NULL' };
  for (const value of values) type = commonType(type, value.type);
  const target = type.name === 'NULL' ? textType() : type;
  return { type: target, values: values.map((value) => castTo(value, target, env)) };
}
