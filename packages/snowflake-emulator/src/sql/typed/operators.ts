import {
  BOOLEAN,
  DATE,
  FLOAT,
  isSemiStructured,
  isTimestamp,
  numberType,
  type SqlType,
  storageType,
  textType,
  typeText,
  VARIANT,
} from '../sql-type.ts';
import type { BinaryOp } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { isMonthly } from '../values/interval.ts';
import { castTo, instantOf, sameFamily } from './cast.ts';
import { collated, combined, comparable, specOf } from './collation.ts';
import { commonType } from './common-type.ts';
import { addTo } from './date-add.ts';
import { zoneOf } from './render-text.ts';
import { type Environment, typed, type Typed } from './typed.ts';

const nullable = (a: Typed, b: Typed): boolean => a.nullable || b.nullable;

export function binaryOperation(op: BinaryOp, a: Typed, b: Typed, env: Environment): Typed {
  switch (op) {
    case 'AND':
    case 'OR': {
      const [left, right] = [toBoolean(a, env), toBoolean(b, env)];
      return typed(`(${left.sql} ${op} ${right.sql})`, BOOLEAN, nullable(a, b));
    }
    case '||':
      return concat([a, b], env);
    case '+':
    case '-':
      return moments(op, a, b, env) ?? arithmetic(op, a, b, env);
    case '*':
    case '/':
    case '%':
      return arithmetic(op, a, b, env);
    default:
      return compare(op, a, b, env);
  }
}

export function toBoolean(value: Typed, env: Environment): Typed {
  return value.type.name === 'BOOLEAN' ? value : castTo(value, BOOLEAN, env);
}

/** Comparison after both sides are brought to one type; timestamps with a zone compare by instant. */
export function compare(op: string, a: Typed, b: Typed, env: Environment): Typed {
  const isDistinct = op.startsWith('IS ');
  const result = (left: string, right: string): Typed =>
    typed(`(${left} ${op} ${right})`, BOOLEAN, !isDistinct && nullable(a, b));
  if (sameFamily(a.type, b.type)) return result(a.sql, b.sql);
  const type = comparisonType(a, b);
  if (type.name === 'TIMESTAMP_LTZ' || type.name === 'TIMESTAMP_TZ') {
    const zone = zoneOf(env.parameter.bind(env));
    const side = (value: Typed): string =>
      instantOf(isMoment(value) ? value : castTo(value, type, env), zone);
    return result(side(a), side(b));
  }
  if (isSemiStructured(type)) return compareVariants(op, a, b, env);
  const [left = '', right = ''] = comparable(
    [castTo(a, type, env).sql, castTo(b, type, env).sql],
    specOf(type),
  );
  return result(left, right);
}

/**
 * Equal are VARIANTs of one value, whatever kind of number it is. Less and greater there is against a
 * value of another type, to whose type the VARIANT is brought.
 */
function compareVariants(op: string, a: Typed, b: Typed, env: Environment): Typed {
  const isEquality = op === '=' || op === '<>' || op.startsWith('IS ');
  if (isEquality) {
    const [left, right] = [a, b].map((side) => `sf_json_key(${castTo(side, VARIANT, env).sql})`);
    return typed(`(${left} ${op} ${right})`, BOOLEAN, nullable(a, b));
  }
  const other = [a, b].find((side) => !isSemiStructured(side.type));
  if (other === undefined) throw unsupported(`${typeText(a.type)} ${op} ${typeText(b.type)}`);
  const type = other.type.name === 'NUMBER' ? FLOAT : other.type;
  return compare(op, castTo(a, type, env), castTo(b, type, env), env);
}

function isMoment(value: Typed): boolean {
  return value.type.name === 'DATE' || value.type.name.startsWith('TIMESTAMP_');
}

/** A NUMBER compared with another keeps its own storage: DuckDB widens it only if it must. */
function comparisonType(a: Typed, b: Typed): SqlType {
  const type = commonType(a.type, b.type);
  if (type.name === 'NULL') return textType();
  return type;
}

/** A chain of `||`: NULL in any part gives NULL. */
export function concat(values: readonly Typed[], env: Environment): Typed {
  if (values.length > 0 && values.every((value) => value.type.name === 'BINARY')) {
    const sql = values.map((value) => value.sql).join(' || ');
    return typed(`(${sql})`, { name: 'BINARY', length: 8_388_608 });
  }
  checkConcat(values);
  const texts = values.map((value) => castTo(value, textType(), env));
  const length = values.reduce(
    (sum, value) => sum + (value.type.name === 'VARCHAR' ? (value.type.length ?? 0) : 1e9),
    0,
  );
  const collation = values.map((value) => value.type).reduce(withCollation, {}).collation;
  const type = textType(Math.min(16_777_216, length));
  const sql = `(${texts.map((text) => text.sql).join(' || ')})`;
  return typed(
    collation === undefined ? sql : collated(sql, collation.spec),
    collation === undefined ? type : { ...type, collation },
    values.some((value) => value.nullable),
  );
}

type Collated = Pick<SqlType, 'collation'>;

function withCollation(a: Collated, b: Collated): Collated {
  const collation = combined({ name: 'VARCHAR', ...a }, { name: 'VARCHAR', ...b });
  return collation === undefined ? {} : { collation };
}

/** Intervals and vectors don't become text by themselves. */
function checkConcat(values: readonly Typed[]): void {
  const types = values.map((value) => typeText(value.type));
  if (values.some((value) => value.type.name === 'INTERVAL')) {
    const list = types.map((type) => `[${type}]`).join(' and ');
    throw compilationError(`incompatible types: ${list}`, '001010', '42846');
  }
  if (values.some((value) => value.type.name === 'VECTOR')) {
    throw compilationError(
      `Invalid argument types for function '||': (${types.join(', ')})`,
      '001044',
      '42P13',
    );
  }
}

/** DATE ± days, timestamps ± intervals, and the differences of both. */
function moments(op: '+' | '-', a: Typed, b: Typed, env: Environment): Typed | undefined {
  const byInterval = withInterval(op, a, b, env);
  if (byInterval !== undefined) return byInterval;
  if (op === '-' && isTimestamp(a.type) && isTimestamp(b.type)) return difference(a, b, env);
  const [x, y] = a.type.name !== 'DATE' && op === '+' && b.type.name === 'DATE' ? [b, a] : [a, b];
  if (x.type.name !== 'DATE') {
    const odd = [a, b].some((each) => isMoment(each) || each.type.name === 'TIME');
    if (odd) throw unsupported(`${typeText(a.type)} ${op} ${typeText(b.type)}`);
    return undefined;
  }
  if (y.type.name === 'DATE' && op === '-') {
    return typed(`CAST((${x.sql} - ${y.sql}) AS DECIMAL(9,0))`, numberType(9, 0), nullable(a, b));
  }
  const days = castTo(y, numberType(38, 0), env).sql;
  return typed(`(${x.sql} ${op} CAST(${days} AS INTEGER))`, DATE, nullable(a, b));
}

/** An INTERVAL DAY(9) TO SECOND(9) in nanoseconds (mlorek/frostlake, docs/operators.md). */
function difference(a: Typed, b: Typed, env: Environment): Typed {
  const zone = zoneOf(env.parameter.bind(env));
  const local = a.type.name === 'TIMESTAMP_NTZ' && b.type.name === 'TIMESTAMP_NTZ';
  const [x, y] = [a, b].map((value) => (local ? value.sql : instantOf(value, zone)));
  const seconds = `CAST(sf_sec(${x}) - sf_sec(${y}) AS HUGEINT) * 1000000000`;
  const type = { name: 'INTERVAL', spelling: 'INTERVAL DAY(9) TO SECOND(9)', scale: 9 } as const;
  return typed(`(${seconds} + sf_ns(${x}) - sf_ns(${y}))`, type, nullable(a, b));
}

function withInterval(op: '+' | '-', a: Typed, b: Typed, env: Environment): Typed | undefined {
  const [base, interval] = op === '+' && a.type.name === 'INTERVAL' ? [b, a] : [a, b];
  if (interval.type.name !== 'INTERVAL') {
    if (a.type.name === 'INTERVAL')
      throw unsupported(`${typeText(a.type)} ${op} ${typeText(b.type)}`);
    return undefined;
  }
  if (base.type.name !== 'DATE' && !isTimestamp(base.type)) {
    throw unsupported(`${typeText(a.type)} ${op} ${typeText(b.type)}`);
  }
  const unit = isMonthly(interval.type.spelling ?? '') ? 'MONTH' : 'NANOSECOND';
  const amount = op === '-' ? `(-${interval.sql})` : interval.sql;
  return { ...addTo(base, unit, amount, { env }), nullable: nullable(a, b) };
}

/** https://docs.snowflake.com/en/sql-reference/operators-arithmetic */
function arithmetic(
  op: '+' | '-' | '*' | '/' | '%',
  left: Typed,
  right: Typed,
  env: Environment,
): Typed {
  const [a, b] = [toNumeric(left, env), toNumeric(right, env)];
  if (a.type.name === 'FLOAT' || b.type.name === 'FLOAT') return floatArithmetic(op, a, b, env);
  const type = resultType(op, a.type, b.type);
  const storage = storageType(type);
  const result = (sql: string): Typed => typed(sql, type, nullable(a, b));
  if (op === '/') return result(divide(a, b, type));
  if (op === '%') return result(`CAST(${notZero(a.sql, b.sql, '%')} AS ${storage})`);
  return result(`CAST((${a.sql} ${op} ${b.sql}) AS ${storage})`);
}

function notZero(a: string, b: string, op: string): string {
  return `(${a} ${op} CASE WHEN ${b} = 0 THEN sf_fail('100051', '22012', 'Division by zero') ELSE ${b} END)`;
}

function floatArithmetic(op: string, left: Typed, right: Typed, env: Environment): Typed {
  const [a, b] = [castTo(left, FLOAT, env), castTo(right, FLOAT, env)];
  const sql = op === '/' || op === '%' ? notZero(a.sql, b.sql, op) : `(${a.sql} ${op} ${b.sql})`;
  return typed(sql, FLOAT, nullable(a, b));
}

export function toNumeric(value: Typed, env: Environment): Typed {
  const { name } = value.type;
  if (name === 'NUMBER' || name === 'FLOAT') return value;
  if (name === 'VARCHAR') return castTo(value, numberType(18, 5), env);
  if (name === 'NULL') return castTo(value, numberType(38, 0), env);
  if (name === 'BOOLEAN') return castTo(value, numberType(1, 0), env);
  if (name === 'VARIANT') return castTo(value, FLOAT, env);
  throw compilationError(
    `Invalid argument types for function '+': (${typeText(value.type)})`,
    '001044',
    '42P13',
  );
}

/** Precision and scale of a result, as the documentation of the operators gives them. */
export function resultType(op: string, a: SqlType, b: SqlType): SqlType {
  const [s1, s2] = [a.scale ?? 0, b.scale ?? 0];
  const [l1, l2] = [(a.precision ?? 38) - s1, (b.precision ?? 38) - s2];
  const of = (whole: number, scale: number): SqlType =>
    numberType(Math.max(1, Math.min(38, whole + scale)), scale);
  if (op === '*') return of(l1 + l2, Math.min(s1 + s2, Math.max(s1, s2, 12)));
  if (op === '/') return of(l1 + s2, Math.max(s1, Math.min(s1 + 6, 12)));
  if (op === '%') return of(Math.max(l1, l2), Math.max(s1, s2));
  return of(Math.max(l1, l2) + 1, Math.max(s1, s2));
}

/**
 * Exact division of decimals as whole numbers: a's units times 10^k over b's units, rounded half
 * away from zero. A dividend too large for that is an overflow error.
 */
function divide(a: Typed, b: Typed, type: SqlType): string {
  const [s1, s2, s] = [a.type.scale ?? 0, b.type.scale ?? 0, type.scale ?? 0];
  const power = `1${'0'.repeat(s + s2 - s1)}`;
  const dividend = `(${unscaled(a)} * CAST('${power}' AS HUGEINT))`;
  const zero = `sf_fail('100051', '22012', 'Division by zero')`;
  const quotient = `sf_div(${dividend}, CASE WHEN ${b.sql} = 0 THEN CAST(${zero} AS HUGEINT) ELSE ${unscaled(b)} END)`;
  return scaled(quotient, type);
}

/** A decimal's digits as a whole number. */
function unscaled(value: Typed): string {
  const scale = value.type.scale ?? 0;
  if (scale === 0) return `CAST(${value.sql} AS HUGEINT)`;
  return `CAST(replace(CAST(${value.sql} AS VARCHAR), '.', '') AS HUGEINT)`;
}

/** A whole number as a decimal with the last `scale` digits after the point. */
function scaled(sql: string, type: SqlType): string {
  const scale = type.scale ?? 0;
  if (scale === 0) return `CAST(${sql} AS ${storageType(type)})`;
  return `CAST(CAST(${sql} AS DECIMAL(38,0)) * CAST('0.${'0'.repeat(scale - 1)}1' AS DECIMAL(${scale},${scale})) AS ${storageType(type)})`;
}
