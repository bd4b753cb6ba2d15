import { castTo, checkTryCast } from '../typed/cast.ts';
import { textToBinary, textToMoment } from '../typed/cast-from-text.ts';
import { renderDate, renderTime, renderTimestamp, zoneOf } from '../typed/render-text.ts';
import { quoteText, typed, type CallContext, type Typed } from '../typed/typed.ts';
import {
  BOOLEAN,
  DATE,
  FLOAT,
  binaryType,
  numberType,
  storageType,
  textType,
  timeType,
  timestampType,
  type SqlType,
  type TimestampName,
} from '../sql-type.ts';
import type { Expr } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { asText, at, constantText, simple, type FunctionCompiler } from './function-spec.ts';

/** TO_VARCHAR(value [, format]). https://docs.snowflake.com/en/sql-reference/functions/to_char */
const toVarchar = simple([1, 2], (args, context) => {
  const [value, format] = [at(args, 0), args[1]];
  if (format === undefined) return castTo(value, textType(), context.env);
  return typed(
    formatted(value, constantText(format, 'a format'), context),
    textType(),
    value.nullable,
  );
});

function formatted(value: Typed, format: string, context: CallContext): string {
  const parameter = context.env.parameter.bind(context.env);
  switch (value.type.name) {
    case 'NUMBER':
      return `sf_format_number(${asText(value, context)}, ${quoteText(format)}, 'FIXED')`;
    case 'FLOAT':
      return `sf_format_number(CAST(${value.sql} AS VARCHAR), ${quoteText(format)}, 'REAL')`;
    case 'DATE':
      return renderDate(value.sql, format);
    case 'TIME':
      return renderTime(value.sql, format);
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return renderTimestamp(value.sql, value.type, format, parameter);
    case 'BINARY':
      return formattedBinary(value.sql, format.toUpperCase());
    case 'VARCHAR':
      return formatted(castTo(value, timestampType('TIMESTAMP_NTZ'), context.env), format, context);
    default:
      throw unsupported(`TO_VARCHAR of ${value.type.name} with a format`);
  }
}

function formattedBinary(sql: string, format: string): string {
  if (format === 'HEX') return `hex(${sql})`;
  if (format === 'BASE64') return `base64(${sql})`;
  if (format === 'UTF-8' || format === 'UTF8') return `decode(${sql})`;
  throw unsupported(`binary format '${format}'`);
}

/** TO_NUMBER(value [, format] [, precision [, scale]]): NUMBER(38,0) unless told. */
function toNumber(safe: boolean): FunctionCompiler {
  return simple([1, 4], (args, context) => {
    const [value, ...rest] = args;
    const source = at([value], 0) as Typed;
    const format = rest[0]?.type.name === 'VARCHAR' ? constantText(rest[0], 'a format') : undefined;
    const sizes = rest
      .slice(format === undefined ? 0 : 1)
      .map((arg) => Number(constantText(arg, 'a size')));
    const type = numberType(sizes[0] ?? 38, sizes[1] ?? 0);
    if (safe) checkTryCast(source.type, type);
    if (format === undefined) return castTo(source, type, context.env, safe);
    const mode = safe ? "'safe'" : "''";
    const text = `sf_parse_number(${asText(source, context)}, ${quoteText(format)}, ${mode})`;
    return typed(`${safe ? 'TRY_CAST' : 'CAST'}(${text} AS ${storageType(type)})`, type);
  });
}

/** TO_DATE, TO_TIME: from text with a format, from numbers of seconds, or as a cast. */
function toMoment(type: SqlType, safe: boolean): FunctionCompiler {
  return simple([1, 2], (args, context) => momentFrom(args, type, safe, context));
}

function momentFrom(
  args: readonly Typed[],
  type: SqlType,
  safe: boolean,
  context: CallContext,
): Typed {
  const [value, extra] = [at(args, 0), args[1]];
  if (safe) checkTryCast(value.type, type);
  const parameter = context.env.parameter.bind(context.env);
  const formats = extra === undefined ? undefined : constantText(extra, 'a format');
  const isTimestamp = type.name.startsWith('TIMESTAMP_');
  if (value.type.name === 'VARCHAR') {
    const given = formats === undefined ? {} : { date: formats, time: formats, timestamp: formats };
    const explicit = formats !== undefined;
    return typed(
      textToMoment(value.sql, type, { parameter, safe, formats: given, explicit }),
      type,
    );
  }
  const isNumber = value.type.name === 'NUMBER' || value.type.name === 'FLOAT';
  if (isNumber) {
    const ntz = epochMoment(value, Number(formats ?? '0'));
    if (isTimestamp) return typed(ofInstant(ntz.sql, type.name, zoneOf(parameter)), type);
    return castTo(ntz, type, context.env);
  }
  return castTo(value, type, context.env);
}

/** A number counts units since the epoch, in UTC; a zoned result shows that instant. */
function ofInstant(packed: string, name: string, zone: string): string {
  return name === 'TIMESTAMP_TZ' ? `sf_tz_of_instant(${packed}, ${zone})` : packed;
}

/** `scale` 0 for seconds, 3 for milliseconds, 9 for nanoseconds. */
function epochMoment(value: Typed, scale: number): Typed {
  if (!Number.isInteger(scale) || scale < 0 || scale > 9)
    throw unsupported(`a timestamp scale of ${scale}`);
  const power = 10 ** (9 - scale);
  const nanos = `CAST(CAST(${value.sql} AS DECIMAL(38,9)) * ${power} AS HUGEINT)`;
  const rest = `((${nanos} % 1000000000 + 1000000000) % 1000000000)`;
  return typed(
    `sf_pack((${nanos} - ${rest}) // 1000000000, ${rest})`,
    timestampType('TIMESTAMP_NTZ'),
    value.nullable,
  );
}

/** The plain TO_TIMESTAMP gives what TIMESTAMP_TYPE_MAPPING says. */
function toTimestamp(name: TimestampName | undefined, safe: boolean): FunctionCompiler {
  return simple([1, 2], (args, context) => {
    const mapped = context.env.parameter('TIMESTAMP_TYPE_MAPPING') ?? 'TIMESTAMP_NTZ';
    return momentFrom(args, timestampType(name ?? (mapped as TimestampName)), safe, context);
  });
}

function toBinary(safe: boolean): FunctionCompiler {
  return simple([1, 2], (args, context) => {
    const value = at(args, 0);
    if (safe) checkTryCast(value.type, binaryType());
    if (value.type.name === 'BINARY') return value;
    const format = args[1] === undefined ? 'HEX' : constantText(args[1], 'a format').toUpperCase();
    return typed(textToBinary(asText(value, context), format, safe), binaryType(), value.nullable);
  });
}

function cast(type: SqlType, safe: boolean): FunctionCompiler {
  return simple([1, 1], (args, context) => {
    const value = at(args, 0);
    if (safe) checkTryCast(value.type, type);
    return castTo(value, type, context.env, safe);
  });
}

/** Refuses an argument of a kind as Snowflake does, with the call as it is written. */
function refusing(kinds: readonly string[], compile: FunctionCompiler): FunctionCompiler {
  return (call, context) => {
    const [arg] = call.args;
    const kind = arg === undefined ? undefined : context.compile(arg).type.name;
    if (arg === undefined || kind === undefined || !kinds.includes(kind)) {
      return compile(call, context);
    }
    const name = call.name.replace(/^TRY_/, '');
    throw compilationError(
      `invalid type [${call.name}(${written(arg, context)})] for parameter '${name}'`,
      '001007',
      '22023',
    );
  };
}

/** A column with its table, a number, or a mark for anything else. */
function written(arg: Expr, { scope }: CallContext): string {
  if (arg.kind === 'number') return arg.text;
  if (arg.kind !== 'column') return '…';
  const name = arg.parts.at(-1) ?? '';
  const relation = scope.relations.find(({ columns }) =>
    columns.some((each) => each.name === name),
  );
  const table = relation?.qualifier.at(-1);
  return table === undefined ? name : `${table}.${name}`;
}

/** TO_DATE has no number for an argument; DATE takes it for seconds (mlorek/frostlake, docs/functions.md). */
const noNumbers = (compile: FunctionCompiler): FunctionCompiler =>
  refusing(['NUMBER', 'FLOAT'], compile);
const noVectors = (compile: FunctionCompiler): FunctionCompiler => refusing(['VECTOR'], compile);

export const CONVERSION: Readonly<Record<string, FunctionCompiler>> = {
  TO_VARCHAR: noVectors(toVarchar),
  TO_CHAR: noVectors(toVarchar),
  TO_NUMBER: toNumber(false),
  TO_DECIMAL: toNumber(false),
  TO_NUMERIC: toNumber(false),
  TRY_TO_NUMBER: toNumber(true),
  TRY_TO_DECIMAL: toNumber(true),
  TRY_TO_NUMERIC: toNumber(true),
  TO_DOUBLE: cast(FLOAT, false),
  TRY_TO_DOUBLE: cast(FLOAT, true),
  TO_BOOLEAN: cast(BOOLEAN, false),
  TRY_TO_BOOLEAN: cast(BOOLEAN, true),
  TO_DATE: noNumbers(toMoment(DATE, false)),
  DATE: toMoment(DATE, false),
  TRY_TO_DATE: noNumbers(toMoment(DATE, true)),
  TO_TIME: toMoment(timeType(), false),
  TIME: toMoment(timeType(), false),
  TRY_TO_TIME: toMoment(timeType(), true),
  TO_TIMESTAMP: toTimestamp(undefined, false),
  TO_TIMESTAMP_NTZ: toTimestamp('TIMESTAMP_NTZ', false),
  TO_TIMESTAMP_LTZ: toTimestamp('TIMESTAMP_LTZ', false),
  TO_TIMESTAMP_TZ: toTimestamp('TIMESTAMP_TZ', false),
  TRY_TO_TIMESTAMP: toTimestamp(undefined, true),
  TRY_TO_TIMESTAMP_NTZ: toTimestamp('TIMESTAMP_NTZ', true),
  TRY_TO_TIMESTAMP_LTZ: toTimestamp('TIMESTAMP_LTZ', true),
  TRY_TO_TIMESTAMP_TZ: toTimestamp('TIMESTAMP_TZ', true),
  TO_UUID: cast({ name: 'UUID' }, false),
  TRY_TO_UUID: cast({ name: 'UUID' }, true),
  TO_DECFLOAT: cast({ name: 'DECFLOAT' }, false),
  TRY_TO_DECFLOAT: cast({ name: 'DECFLOAT' }, true),
  TO_BINARY: toBinary(false),
  TRY_TO_BINARY: toBinary(true),
};
