import { toNumeric } from '../typed/operators.ts';
import { typed, type Typed } from '../typed/typed.ts';
import { FLOAT, numberType, storageType } from '../sql-type.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { at, constantText, integerResult, simple, type FunctionCompiler } from './function-spec.ts';

type Rounding = 'round' | 'floor' | 'ceil' | 'trunc';

/** ROUND and its kin: a NUMBER keeps its digits before the point and gets the scale that is asked for. */
export function rounding(name: Rounding): FunctionCompiler {
  return simple([1, 3], (args, context) => {
    const value = toNumeric(at(args, 0), context.env);
    const scale = args[1] === undefined ? 0 : constantScale(args[1]);
    const mode = args[2] === undefined ? undefined : roundingMode(name, value, args[2]);
    if (value.type.name === 'FLOAT') return roundFloat(name, value, scale);
    return mode === 'HALF_TO_EVEN' ? roundToEven(value, scale) : roundNumber(name, value, scale);
  });
}

/** https://docs.snowflake.com/en/sql-reference/functions/round: in any case, for ROUND of a NUMBER. */
function roundingMode(name: Rounding, value: Typed, mode: Typed): string {
  if (name !== 'round' || value.type.name === 'FLOAT') {
    throw compilationError(
      `too many arguments for function [${name.toUpperCase()}] expected 2, got 3`,
      '000939',
      '22023',
    );
  }
  const word = constantText(mode, 'a rounding mode').toUpperCase();
  if (word === 'HALF_TO_EVEN' || word === 'HALF_AWAY_FROM_ZERO') return word;
  throw compilationError(`Invalid rounding mode '${word}'`, '001007', '22023');
}

/** Where a value is half-way, the one of its neighbours whose last digit is even. */
function roundToEven(value: Typed, scale: number): Typed {
  const own = value.type.scale ?? 0;
  if (scale >= own) return value;
  if (scale < 0) throw unsupported('ROUND to a negative scale with a rounding mode');
  const away = roundNumber('round', value, scale);
  const cut = `CAST(${cutDecimal(value.sql, own, scale)} AS ${storageType(away.type)})`;
  const half = `CAST('0.${'0'.repeat(scale)}5' AS DECIMAL(38,${own}))`;
  const isEven = `CAST(right(CAST(${cut} AS VARCHAR), 1) AS INTEGER) % 2 = 0`;
  const sql = `CASE WHEN abs(${value.sql} - ${cut}) = ${half} AND ${isEven} THEN ${cut} ELSE ${away.sql} END`;
  return typed(sql, away.type, value.nullable);
}

function constantScale(value: Typed): number {
  const scale = Number(constantText(value, 'a scale'));
  if (!Number.isInteger(scale)) throw unsupported('a scale that is no whole number');
  return scale;
}

function roundFloat(name: Rounding, value: Typed, scale: number): Typed {
  if (name === 'round') return typed(`round(${value.sql}, ${scale})`, FLOAT, value.nullable);
  const power = `1e${scale}`;
  return typed(`(${name}(${value.sql} * ${power}) / ${power})`, FLOAT, value.nullable);
}

function roundNumber(name: Rounding, value: Typed, scale: number): Typed {
  const [own, precision] = [value.type.scale ?? 0, value.type.precision ?? 38];
  if (scale >= own) return value;
  const kept = Math.max(0, scale);
  const type = numberType(Math.min(38, precision - own + kept + (name === 'trunc' ? 0 : 1)), kept);
  const storage = storageType(type);
  if (scale < 0) return roundBeyond(name, value, scale);
  if (name === 'round') return typed(`CAST(${value.sql} AS ${storage})`, type, value.nullable);
  const cut = cutDecimal(value.sql, own, scale);
  if (name === 'trunc') return typed(`CAST(${cut} AS ${storage})`, type, value.nullable);
  const step = scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`;
  const [compare, sign] = name === 'floor' ? ['<', '-'] : ['>', '+'];
  const sql = `CASE WHEN ${value.sql} ${compare} ${cut} THEN ${cut} ${sign} CAST('${step}' AS ${storage}) ELSE ${cut} END`;
  return typed(`CAST(${sql} AS ${storage})`, type, value.nullable);
}

/** The decimal's text without its last digits: exact, whatever its size. */
function cutDecimal(sql: string, own: number, scale: number): string {
  const text = `CAST(${sql} AS VARCHAR)`;
  const kept = `left(${text}, length(${text}) - ${own - scale})`;
  return `CAST(rtrim(${kept}, '.') AS DECIMAL(38, ${scale}))`;
}

/** To tens, hundreds, …: through whole numbers. */
function roundBeyond(name: Rounding, value: Typed, scale: number): Typed {
  if (name !== 'round' && name !== 'trunc')
    throw unsupported(`${name.toUpperCase()} to a negative scale`);
  const unit = `CAST('1${'0'.repeat(-scale)}' AS HUGEINT)`;
  const whole = `CAST(trunc(${value.sql}) AS HUGEINT)`;
  const quotient = name === 'round' ? `sf_div(${whole}, ${unit})` : `(${whole} // ${unit})`;
  return integerResult(`(${quotient} * ${unit})`, 38, value.nullable);
}
