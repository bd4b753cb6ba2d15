import { castTo, instantOf, wallOf } from '../typed/cast.ts';
import { zoneOf } from '../typed/render-text.ts';
import { quoteText, typed, type CallContext, type Typed } from '../typed/typed.ts';
import { DATE, numberType, textType, timestampType, typeText } from '../sql-type.ts';
import type { Call } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { addTo } from '../typed/date-add.ts';
import { differenceOf } from './date-diff.ts';
import { datePart } from '../typed/date-parts.ts';
import { partOf } from './extract-part.ts';
import { MOMENT_PARTS } from './moment-from-parts.ts';
import { truncateMoment } from '../typed/truncate.ts';
import {
  asInteger,
  at,
  checkCount,
  simple,
  wordArgument,
  type FunctionCompiler,
} from './function-spec.ts';

/** https://docs.snowflake.com/en/sql-reference/functions-date-time */
const dateAdd: FunctionCompiler = (call, context) => {
  checkCount(call, [3, 3]);
  const part = datePart(wordArgument(at(call.args, 0)));
  const value = momentArgument(call, 2, context);
  return addTo(value, part, asInteger(context.compile(at(call.args, 1)), context), context);
};

/** A text among the arguments is taken for a timestamp. */
function momentArgument(call: Call, index: number, context: CallContext): Typed {
  const value = context.compile(at(call.args, index));
  const isText =
    value.type.name === 'VARCHAR' || value.type.name === 'NULL' || value.type.name === 'VARIANT';
  return isText ? castTo(value, timestampType('TIMESTAMP_NTZ'), context.env) : value;
}

/** A text beside a DATE is read as a DATE (mlorek/frostlake, docs/functions.md). */
const dateDiff: FunctionCompiler = (call, context) => {
  checkCount(call, [3, 3]);
  const part = datePart(wordArgument(at(call.args, 0)));
  const raw = [1, 2].map((index) => context.compile(at(call.args, index)));
  const hasDate = raw.some((value) => value.type.name === 'DATE');
  const [from, to] = raw.map((value, i) =>
    hasDate && value.type.name === 'VARCHAR'
      ? castTo(value, DATE, context.env)
      : momentArgument(call, i + 1, context),
  );
  return differenceOf(part, from as Typed, to as Typed, context);
};

/** Most functions of moments take no text, not even a constant (mlorek/frostlake, docs/functions.md). */
function realMoment(call: Call, index: number, context: CallContext, name: string): Typed {
  const { type } = context.compile(at(call.args, index));
  if (type.name === 'VARCHAR') {
    throw compilationError(
      `Function ${name} does not support ${typeText(type)} argument type`,
      '002016',
      '22000',
    );
  }
  return momentArgument(call, index, context);
}

/** DATE_TRUNC('part', x), or the other way round. */
const dateTrunc: FunctionCompiler = (call, context) => {
  checkCount(call, [2, 2]);
  const word = wordArgument(at(call.args, 0));
  return truncateMoment(realMoment(call, 1, context, 'DATE_TRUNC'), word, context);
};

const extract: FunctionCompiler = (call, context) => {
  checkCount(call, [2, 2]);
  return partOf(
    datePart(wordArgument(at(call.args, 0))),
    realMoment(call, 1, context, 'EXTRACT'),
    context,
  );
};

function part(name: string): FunctionCompiler {
  return (call, context) => {
    checkCount(call, [1, 1]);
    return partOf(name, realMoment(call, 0, context, 'EXTRACT'), context);
  };
}

function dayOf(value: Typed, context: CallContext): string {
  return castTo(value, DATE, context.env).sql;
}

const lastDay: FunctionCompiler = (call, context) => {
  checkCount(call, [1, 2]);
  const unit = call.args[1] === undefined ? 'MONTH' : datePart(wordArgument(call.args[1]));
  const day = dayOf(momentArgument(call, 0, context), context);
  if (!['MONTH', 'YEAR', 'QUARTER', 'WEEK'].includes(unit))
    throw unsupported(`LAST_DAY of ${unit}`);
  const step = unit === 'QUARTER' ? '3 MONTH' : `1 ${unit}`;
  const sql = `CAST(date_trunc('${unit.toLowerCase()}', ${day}) + INTERVAL ${step} - INTERVAL 1 DAY AS DATE)`;
  return typed(sql, DATE);
};

/** The last day of a month stays the last day. https://docs.snowflake.com/en/sql-reference/functions/add_months */
const addMonths: FunctionCompiler = (call, context) => {
  checkCount(call, [2, 2]);
  const value = momentArgument(call, 0, context);
  const months = asInteger(context.compile(at(call.args, 1)), context);
  const added = addTo(value, 'MONTH', months, context);
  if (value.type.name !== 'DATE') throw unsupported('ADD_MONTHS of a timestamp');
  const sql = `CASE WHEN last_day(${value.sql}) = ${value.sql} THEN last_day(${added.sql}) ELSE ${added.sql} END`;
  return typed(sql, DATE, value.nullable);
};

const monthsBetween: FunctionCompiler = (call, context) => {
  checkCount(call, [2, 2]);
  const [a, b] = [0, 1].map((i) => dayOf(realMoment(call, i, context, 'MONTHS_BETWEEN'), context));
  const whole = `((year(${a}) - year(${b})) * 12 + month(${a}) - month(${b}))`;
  const same = `day(${a}) = day(${b}) OR (last_day(${a}) = ${a} AND last_day(${b}) = ${b})`;
  const sql = `CASE WHEN ${same} THEN CAST(${whole} AS DOUBLE) ELSE round(${whole} + (day(${a}) - day(${b})) / 31.0, 6) END`;
  return typed(`CAST(${sql} AS DECIMAL(27,6))`, numberType(27, 6));
};

function nameOf(format: string): FunctionCompiler {
  return (call, context) => {
    checkCount(call, [1, 1]);
    const day = dayOf(momentArgument(call, 0, context), context);
    return typed(`strftime(${day}, ${quoteText(format)})`, textType(3));
  };
}

/** CONVERT_TIMEZONE(target, moment), or (source, target, wall clock). */
const convertTimezone = simple([2, 3], (args, context) => {
  const session = zoneOf(context.env.parameter.bind(context.env));
  if (args.length === 2) {
    const value = at(args, 1);
    const moment =
      value.type.name === 'VARCHAR'
        ? castTo(value, timestampType('TIMESTAMP_LTZ'), context.env)
        : value;
    const sql = `sf_tz_of_instant(${instantOf(moment, session)}, ${at(args, 0).sql})`;
    return typed(sql, timestampType('TIMESTAMP_TZ'));
  }
  const value = castTo(at(args, 2), timestampType('TIMESTAMP_NTZ'), context.env);
  const instant = `sf_instant(${wallOf(value, session)}, ${at(args, 0).sql})`;
  return typed(`sf_wall(${instant}, ${at(args, 1).sql})`, timestampType('TIMESTAMP_NTZ'));
});

export const MOMENTS: Readonly<Record<string, FunctionCompiler>> = {
  ...MOMENT_PARTS,
  DATEADD: dateAdd,
  TIMEADD: dateAdd,
  TIMESTAMPADD: dateAdd,
  DATEDIFF: dateDiff,
  TIMEDIFF: dateDiff,
  TIMESTAMPDIFF: dateDiff,
  DATE_TRUNC: dateTrunc,
  DATE_PART: extract,
  YEAR: part('YEAR'),
  QUARTER: part('QUARTER'),
  MONTH: part('MONTH'),
  WEEK: part('WEEK'),
  WEEKOFYEAR: part('WEEK'),
  WEEKISO: part('WEEKISO'),
  DAY: part('DAY'),
  DAYOFMONTH: part('DAY'),
  DAYOFWEEK: part('DAYOFWEEK'),
  DAYOFWEEKISO: part('DAYOFWEEKISO'),
  DAYOFYEAR: part('DAYOFYEAR'),
  YEAROFWEEK: part('YEAROFWEEK'),
  YEAROFWEEKISO: part('YEAROFWEEKISO'),
  HOUR: part('HOUR'),
  MINUTE: part('MINUTE'),
  SECOND: part('SECOND'),
  LAST_DAY: lastDay,
  ADD_MONTHS: addMonths,
  MONTHS_BETWEEN: monthsBetween,
  MONTHNAME: nameOf('%b'),
  DAYNAME: nameOf('%a'),
  CONVERT_TIMEZONE: convertTimezone,
};
