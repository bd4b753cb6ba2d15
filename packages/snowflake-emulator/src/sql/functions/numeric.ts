import { castTo } from '../compile/cast.ts';
import { unify } from '../compile/common-type.ts';
import { binaryOperation, resultType, toNumeric } from '../compile/operators.ts';
import { typed, type CallContext, type Typed } from '../compile/typed.ts';
import { FLOAT, numberType, storageType, textType } from '../sql-type.ts';
import { unsupported } from '../unsupported.ts';
import {
  asFloat,
  asInteger,
  at,
  constantText,
  fill,
  integerResult,
  simple,
  type FunctionCompiler,
} from './function-spec.ts';
import { truncateMoment } from './truncate.ts';

/** https://docs.snowflake.com/en/sql-reference/functions-numeric */
function float(counts: readonly [number, number], template: string): FunctionCompiler {
  return simple(counts, (args, context) =>
    typed(
      fill(
        template,
        args.map((arg) => asFloat(arg, context)),
      ),
      FLOAT,
    ),
  );
}

const abs = simple([1, 1], (args, context) => {
  const value = toNumeric(at(args, 0), context.env);
  return typed(`abs(${value.sql})`, value.type, value.nullable);
});

type Rounding = 'round' | 'floor' | 'ceil' | 'trunc';

/** ROUND and its kin: a NUMBER keeps its digits before the point and gets the scale that is asked for. */
function rounding(name: Rounding): FunctionCompiler {
  return simple([1, 3], (args, context) => {
    const value = toNumeric(at(args, 0), context.env);
    const scale = args[1] === undefined ? 0 : constantScale(args[1]);
    if (args[2] !== undefined) throw unsupported(`${name.toUpperCase()} with a rounding mode`);
    if (value.type.name === 'FLOAT') return roundFloat(name, value, scale);
    return roundNumber(name, value, scale);
  });
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

const truncate: FunctionCompiler = (call, context) => {
  const first = call.args[0] === undefined ? undefined : context.compile(call.args[0]);
  const isMoment =
    first?.type.name === 'DATE' || first?.type.name.startsWith('TIMESTAMP_') === true;
  if (!isMoment || call.args[1] === undefined || first === undefined)
    return rounding('trunc')(call, context);
  return truncateMoment(first, context.compile(call.args[1]).literal ?? '', context);
};

/** DIV0: a division by zero gives 0. DIV0NULL also for a NULL divisor. */
function div0(nullToo: boolean): FunctionCompiler {
  return simple([2, 2], (args, context) => {
    const [a, b] = [toNumeric(at(args, 0), context.env), toNumeric(at(args, 1), context.env)];
    const one = typed(`CASE WHEN ${b.sql} = 0 THEN NULL ELSE ${b.sql} END`, b.type);
    const quotient = binaryOperation('/', a, one, context.env);
    const zero = `CAST(0 AS ${storageType(quotient.type)})`;
    const isZero = nullToo ? `(${b.sql} = 0 OR ${b.sql} IS NULL)` : `${b.sql} = 0`;
    return typed(
      `CASE WHEN ${isZero} AND ${a.sql} IS NOT NULL THEN ${zero} ELSE ${quotient.sql} END`,
      quotient.type,
    );
  });
}

function extreme(name: 'greatest' | 'least'): FunctionCompiler {
  return simple([1, 999], (args, context) => {
    const { type, values } = unify(args, context.env);
    const list = values.map((value) => value.sql);
    const anyNull = list.map((sql) => `${sql} IS NULL`).join(' OR ');
    return typed(`CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${list.join(', ')}) END`, type);
  });
}

const sign = simple([1, 1], (args, context) =>
  integerResult(`sign(${toNumeric(at(args, 0), context.env).sql})`, 1),
);

/** UNIFORM(min, max, gen): whole numbers if both bounds are. The generator is taken as random. */
const uniform = simple([3, 3], (args, context) => {
  const [low, high] = [toNumeric(at(args, 0), context.env), toNumeric(at(args, 1), context.env)];
  const isFloat =
    low.type.name === 'FLOAT' || high.type.name === 'FLOAT' || (low.type.scale ?? 0) > 0;
  const [a, b] = [`CAST(${low.sql} AS DOUBLE)`, `CAST(${high.sql} AS DOUBLE)`];
  if (isFloat) return typed(`(${a} + random() * (${b} - ${a}))`, FLOAT, false);
  return integerResult(`floor(${a} + random() * (${b} - ${a} + 1))`, 38, false);
});

/** RANDOM([seed]): 64 bits. A seed is refused: no other engine gives the same numbers. */
const random: FunctionCompiler = simple([0, 1], (args) => {
  if (args.length > 0) throw unsupported('RANDOM with a seed');
  return integerResult('(floor((random() - 0.5) * 18446744073709549568.0))', 19, false);
});

/**
 * RANDSTR(length, generator): one text for each value of the generator, of letters and digits. It is
 * not the text that Snowflake makes of it.
 */
const randStr = simple([2, 2], (args, context) => {
  const [length, generator] = args.map((arg) => castTo(arg, numberType(38, 0), context.env).sql);
  const text = [length, generator].map((sql) => `CAST(${sql} AS VARCHAR)`).join(', ');
  return typed(`sf_randstr(${text})`, textType());
});

function bits(template: string): FunctionCompiler {
  return simple([2, 2], (args, context) =>
    integerResult(
      fill(
        template,
        args.map((arg) => asInteger(arg, context)),
      ),
    ),
  );
}

const modulo: FunctionCompiler = simple([2, 2], (args, context: CallContext) =>
  binaryOperation('%', at(args, 0), at(args, 1), context.env),
);

const zeroIfNull = simple([1, 1], (args, context) => {
  const value = toNumeric(at(args, 0), context.env);
  return typed(`coalesce(${value.sql}, CAST(0 AS ${storageType(value.type)}))`, value.type, false);
});

const nullIfZero = simple([1, 1], (args, context) => {
  const value = toNumeric(at(args, 0), context.env);
  return typed(`nullif(${value.sql}, CAST(0 AS ${storageType(value.type)}))`, value.type);
});

const square = simple([1, 1], (args, context) => {
  const value = toNumeric(at(args, 0), context.env);
  return typed(`pow(${castTo(value, FLOAT, context.env).sql}, 2)`, FLOAT);
});

/** Exported for AVG, whose result has the scale of a division. */
export const divisionType = resultType;

export const NUMERIC: Readonly<Record<string, FunctionCompiler>> = {
  ABS: abs,
  ROUND: rounding('round'),
  FLOOR: rounding('floor'),
  CEIL: rounding('ceil'),
  TRUNC: truncate,
  TRUNCATE: truncate,
  MOD: modulo,
  DIV0: div0(false),
  DIV0NULL: div0(true),
  POWER: float([2, 2], 'pow($1, $2)'),
  POW: float([2, 2], 'pow($1, $2)'),
  SQUARE: square,
  SQRT: float([1, 1], 'sqrt($1)'),
  CBRT: float([1, 1], 'cbrt($1)'),
  EXP: float([1, 1], 'exp($1)'),
  LN: float([1, 1], 'ln($1)'),
  LOG: float([2, 2], '(ln($2) / ln($1))'),
  SIN: float([1, 1], 'sin($1)'),
  COS: float([1, 1], 'cos($1)'),
  TAN: float([1, 1], 'tan($1)'),
  ASIN: float([1, 1], 'asin($1)'),
  ACOS: float([1, 1], 'acos($1)'),
  ATAN: float([1, 1], 'atan($1)'),
  ATAN2: float([2, 2], 'atan2($1, $2)'),
  RADIANS: float([1, 1], 'radians($1)'),
  DEGREES: float([1, 1], 'degrees($1)'),
  PI: float([0, 0], 'pi()'),
  SIGN: sign,
  GREATEST: extreme('greatest'),
  LEAST: extreme('least'),
  UNIFORM: uniform,
  RANDOM: random,
  RANDSTR: randStr,
  BITAND: bits('($1 & $2)'),
  BITOR: bits('($1 | $2)'),
  BITXOR: bits('xor($1, $2)'),
  ZEROIFNULL: zeroIfNull,
  NULLIFZERO: nullIfZero,
};
