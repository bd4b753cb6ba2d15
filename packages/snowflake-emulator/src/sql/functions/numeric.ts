import { castTo } from '../typed/cast.ts';
import { specOf } from '../typed/collation.ts';
import { unify } from '../typed/common-type.ts';
import { binaryOperation, resultType, toNumeric } from '../typed/operators.ts';
import { typed, type CallContext, type Typed } from '../typed/typed.ts';
import { FLOAT, numberType, storageType, textType } from '../sql-type.ts';
import { unsupported } from '../unsupported.ts';
import {
  asFloat,
  asInteger,
  at,
  fill,
  integerResult,
  simple,
  type FunctionCompiler,
} from './function-spec.ts';
import { rounding } from './rounding.ts';
import { truncateMoment } from '../typed/truncate.ts';

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

const truncate: FunctionCompiler = (call, context) => {
  const first = call.args[0] === undefined ? undefined : context.compile(call.args[0]);
  const isMoment =
    first?.type.name === 'DATE' || first?.type.name.startsWith('TIMESTAMP_') === true;
  if (!isMoment || call.args[1] === undefined || first === undefined)
    return rounding('trunc')(call, context);
  return truncateMoment(first, context.compile(call.args[1]).literal ?? '', context);
};

/** Units of the last of `scale` digits, as a whole number. */
function units(value: Typed, scale: number): string {
  if (scale === 0) return `CAST(${value.sql} AS HUGEINT)`;
  return `CAST(replace(CAST(CAST(${value.sql} AS DECIMAL(38,${scale})) AS VARCHAR), '.', '') AS HUGEINT)`;
}

/**
 * WIDTH_BUCKET(value, low, high, count): 0 below, count + 1 from `high` on. A range from high to low
 * counts downwards. https://docs.snowflake.com/en/sql-reference/functions/width_bucket
 */
const widthBucket = simple([4, 4], (args, context) => {
  const numbers = args.slice(0, 3).map((arg) => toNumeric(arg, context.env));
  const isFloat = numbers.some((each) => each.type.name === 'FLOAT');
  const scale = Math.max(...numbers.map((each) => each.type.scale ?? 0));
  const [value, low, high] = numbers.map((each) =>
    isFloat ? castTo(each, FLOAT, context.env).sql : units(each, scale),
  );
  const count = `CAST(${asInteger(at(args, 3), context)} AS HUGEINT)`;
  const place = (part: string, whole: string): string =>
    isFloat
      ? `CAST(floor(${part} * ${count} / ${whole}) AS HUGEINT)`
      : `(${part} * ${count}) // ${whole}`;
  const invalid = `CAST(sf_fail('001007', '22023', 'Invalid range or number of buckets for WIDTH_BUCKET') AS HUGEINT)`;
  const sql = `CASE WHEN ${count} <= 0 OR ${low} = ${high} THEN ${invalid}
    WHEN ${low} < ${high} THEN CASE WHEN ${value} < ${low} THEN 0 WHEN ${value} >= ${high} THEN ${count} + 1
      ELSE ${place(`(${value} - ${low})`, `(${high} - ${low})`)} + 1 END
    ELSE CASE WHEN ${value} > ${low} THEN 0 WHEN ${value} <= ${high} THEN ${count} + 1
      ELSE ${place(`(${low} - ${value})`, `(${low} - ${high})`)} + 1 END END`;
  return integerResult(sql);
});

/** GETBIT(integer, position): position 0 is the lowest bit. */
const getBit = simple([2, 2], (args, context) => {
  const [value, position] = args.map((arg) => asInteger(arg, context));
  const refused = `sf_fail('000002', '0A000', 'Unsupported feature ''GETBIT of a negative number''.')`;
  return integerResult(
    `CASE WHEN ${value} < 0 OR ${position} < 0 THEN CAST(${refused} AS BIGINT) WHEN ${position} > 62 THEN 0 ELSE (${value} >> ${position}) & 1 END`,
    1,
  );
});

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
    if (specOf(type) !== '') throw unsupported(`${name.toUpperCase()} of collated texts`);
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
  GETBIT: getBit,
  WIDTH_BUCKET: widthBucket,
  ZEROIFNULL: zeroIfNull,
  NULLIFZERO: nullIfZero,
};
