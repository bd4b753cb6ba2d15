import { castTo } from '../typed/cast.ts';
import { asKey, distinctKey } from '../typed/collation.ts';
import { toJson } from '../typed/cast-to-json.ts';
import { binaryOperation, toBoolean, toNumeric } from '../typed/operators.ts';
import { shownColumns, typed, type CallContext, type Typed } from '../typed/typed.ts';
import { ARRAY, BOOLEAN, FLOAT, numberType, storageType, textType } from '../sql-type.ts';
import type { Call } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { asFloat, asText, at, constantText, integerResult } from './function-spec.ts';
import { hashText } from './hashing.ts';
import { orderBy } from './order-sql.ts';

/** An aggregate's arguments, and how to finish a DuckDB aggregate: with its FILTER and OVER. */
interface Aggregation {
  readonly call: Call;
  readonly args: readonly Typed[];
  readonly distinct: string;
  readonly context: CallContext;
  readonly apply: (core: string) => string;
}

type Aggregate = (aggregation: Aggregation) => Typed;

/** COUNT(a, b) counts rows where none is NULL; COUNT(t.*) is refused. */
const count: Aggregate = ({ call, args, distinct, apply }) => {
  const [first, ...others] = call.args;
  if (first === undefined)
    throw compilationError('not enough arguments for function [COUNT]', '000938', '22023');
  if (first.kind === 'star') {
    if (first.qualifier.length > 0) throw unsupported('COUNT(alias.*)');
    return integerResult(apply('count(*)'), 18, false);
  }
  if (others.length === 0)
    return integerResult(apply(`count(${distinct}${distinctKey(at(args, 0))})`), 18, false);
  const all = args.map((arg) => `${arg.sql} IS NOT NULL`).join(' AND ');
  const row = `CASE WHEN ${all} THEN row(${args.map(distinctKey).join(', ')}) END`;
  return integerResult(apply(`count(${distinct}${row})`), 18, false);
};

/** SUM of NUMBER(p, s) is NUMBER(38, s). */
const sum: Aggregate = ({ args, distinct, context, apply }) => {
  const value = toNumeric(at(args, 0), context.env);
  const core = apply(`sum(${distinct}${value.sql})`);
  if (value.type.name === 'FLOAT') return typed(core, FLOAT);
  const type = numberType(38, value.type.scale ?? 0);
  return typed(`CAST(${core} AS ${storageType(type)})`, type);
};

/** AVG of NUMBERs is exact: the sum over the count, with the scale of a division. */
const avg: Aggregate = ({ args, distinct, context, apply }) => {
  const value = toNumeric(at(args, 0), context.env);
  if (value.type.name === 'FLOAT') return typed(apply(`avg(${distinct}${value.sql})`), FLOAT);
  const total = typed(
    `CAST(${apply(`sum(${distinct}${value.sql})`)} AS DECIMAL(38,${value.type.scale ?? 0}))`,
    numberType(38, value.type.scale ?? 0),
  );
  const size = apply(`count(${distinct}${value.sql})`);
  const divisor = typed(`CAST(nullif(${size}, 0) AS DECIMAL(18,0))`, numberType(18, 0));
  const quotient = binaryOperation('/', total, divisor, context.env);
  return { ...quotient, nullable: true };
};

function extreme(name: 'min' | 'max' | 'any_value'): Aggregate {
  return ({ args, apply }) => {
    const value = asKey(at(args, 0));
    return typed(apply(`${name}(${value.sql})`), value.type);
  };
}

const countIf: Aggregate = ({ args, context, apply }) =>
  integerResult(
    apply(`count(CASE WHEN ${toBoolean(at(args, 0), context.env).sql} THEN 1 END)`),
    18,
    false,
  );

function logical(name: 'bool_and' | 'bool_or'): Aggregate {
  return ({ args, context, apply }) =>
    typed(apply(`${name}(${castTo(at(args, 0), BOOLEAN, context.env).sql})`), BOOLEAN);
}

function float(name: string): Aggregate {
  return ({ args, distinct, context, apply }) =>
    typed(apply(`${name}(${distinct}${asFloat(at(args, 0), context)})`), FLOAT);
}

/** Exact here, where Snowflake estimates: any estimate may be exact. */
const approximateCount: Aggregate = ({ args, apply }) =>
  integerResult(apply(`count(DISTINCT ${distinctKey(at(args, 0))})`), 18, false);

const approximatePercentile: Aggregate = ({ args, context, apply }) => {
  const fraction = constantText(at(args, 1), 'a percentile');
  return typed(
    apply(`quantile_cont(${asFloat(at(args, 0), context)}, ${Number(fraction)})`),
    FLOAT,
  );
};

const median: Aggregate = ({ args, context, apply }) =>
  percentileCont(at(args, 0), '0.5', false, { context, apply });

/** PERCENTILE_CONT of NUMBERs keeps three more digits than its argument. */
function percentileCont(
  value: Typed,
  fraction: string,
  descending: boolean,
  { context, apply }: Pick<Aggregation, 'context' | 'apply'>,
): Typed {
  const wanted = descending ? 1 - Number(fraction) : Number(fraction);
  const core = apply(`quantile_cont(${asFloat(value, context)}, ${wanted})`);
  const number = toNumeric(value, context.env);
  if (number.type.name === 'FLOAT') return typed(core, FLOAT);
  const scale = Math.min(37, (number.type.scale ?? 0) + 3);
  const type = numberType(38, scale);
  return typed(`CAST(${core} AS ${storageType(type)})`, type);
}

function percentile(name: 'cont' | 'disc'): Aggregate {
  return (aggregation) => {
    const { call, args, context, apply } = aggregation;
    const [item] = call.withinGroup ?? [];
    if (item === undefined)
      throw compilationError(`PERCENTILE_${name.toUpperCase()} needs WITHIN GROUP`);
    const fraction = constantText(at(args, 0), 'a percentile');
    const value = context.compile(item.expr);
    if (name === 'cont') return percentileCont(value, fraction, item.descending, aggregation);
    if (item.descending) throw unsupported('PERCENTILE_DISC in descending order');
    return typed(apply(`quantile_disc(${value.sql}, ${Number(fraction)})`), value.type);
  };
}

/** Source: docs.snowflake.com/en/sql-reference/functions/listagg, "Usage notes". */
function checkDistinctOrder({ name, args, distinct, withinGroup = [] }: Call): void {
  const own = JSON.stringify(args[0]);
  if (!distinct || withinGroup.every(({ expr }) => JSON.stringify(expr) === own)) return;
  throw compilationError(`[${name}] is not a valid order by expression`, '002106', '42601');
}

/** LISTAGG of nothing is the empty string. */
const listAgg: Aggregate = ({ call, args, distinct, context, apply }) => {
  checkDistinctOrder(call);
  const separator = args[1] === undefined ? "''" : asText(args[1], context);
  const order = orderBy(call.withinGroup ?? [], context);
  const core = `string_agg(${distinct}${asText(at(args, 0), context)}, ${separator} ${order})`;
  return typed(`coalesce(${apply(core)}, '')`, textType(), false);
};

/** NULLs are left out; an array of nothing is []. */
const arrayAgg: Aggregate = ({ call, args, distinct, context, apply }) => {
  checkDistinctOrder(call);
  const order = orderBy(call.withinGroup ?? [], context);
  const items = `list_filter(${apply(`list(${distinct}${toJson(at(args, 0), context.env)} ${order})`)}, lambda x: x IS NOT NULL)`;
  return typed(`coalesce('[' || array_to_string(${items}, ',') || ']', '[]')`, ARRAY, false);
};

/** A signed 64-bit number that does not depend on the order of rows. */
const hashAgg: Aggregate = ({ call, args, context, apply, distinct }) => {
  const star = call.args[0]?.kind === 'star';
  const values = star ? shownColumns(context.scope).map((column) => column.value) : args;
  const text = values.map((value) => hashText(value, context)).join(' || chr(31) || ');
  const digest = `CAST(CAST('0x' || substring(md5(${text}), 1, 15) AS UBIGINT) AS HUGEINT)`;
  const folded = `(coalesce(${apply(`sum(${distinct}${digest})`)}, 0) % 9223372036854775807)`;
  return integerResult(folded, 19, false);
};

/** The argument of the row where another is largest or smallest. */
function by(name: 'arg_max' | 'arg_min'): Aggregate {
  return ({ args, apply }) => {
    if (args.length !== 2) throw unsupported('MIN_BY and MAX_BY of several rows');
    const value = at(args, 0);
    return typed(apply(`${name}(${value.sql}, ${at(args, 1).sql})`), value.type);
  };
}

const mode: Aggregate = ({ args, apply }) =>
  typed(apply(`mode(${at(args, 0).sql})`), at(args, 0).type);

const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  COUNT: count,
  SUM: sum,
  AVG: avg,
  MIN: extreme('min'),
  MAX: extreme('max'),
  ANY_VALUE: extreme('any_value'),
  COUNT_IF: countIf,
  BOOLAND_AGG: logical('bool_and'),
  BOOLOR_AGG: logical('bool_or'),
  STDDEV: float('stddev_samp'),
  STDDEV_SAMP: float('stddev_samp'),
  STDDEV_POP: float('stddev_pop'),
  VARIANCE: float('var_samp'),
  VAR_SAMP: float('var_samp'),
  VAR_POP: float('var_pop'),
  APPROX_COUNT_DISTINCT: approximateCount,
  HLL: approximateCount,
  APPROX_PERCENTILE: approximatePercentile,
  MEDIAN: median,
  PERCENTILE_CONT: percentile('cont'),
  PERCENTILE_DISC: percentile('disc'),
  LISTAGG: listAgg,
  ARRAY_AGG: arrayAgg,
  HASH_AGG: hashAgg,
  MAX_BY: by('arg_max'),
  MIN_BY: by('arg_min'),
  MODE: mode,
};

export const isAggregate = (name: string): boolean => name in AGGREGATES;

/** `over` is the window's SQL, for an aggregate over one. */
export function compileAggregate(call: Call, context: CallContext, over = ''): Typed {
  const aggregate = AGGREGATES[call.name];
  if (aggregate === undefined) throw unsupported(call.name);
  if (call.nulls !== undefined) throw unsupported(`${call.nulls} NULLS in ${call.name}`);
  const filter =
    call.filter === undefined ? '' : ` FILTER (WHERE ${context.compile(call.filter).sql})`;
  const args = call.args[0]?.kind === 'star' ? [] : call.args.map((arg) => context.compile(arg));
  return aggregate({
    call,
    args,
    context,
    distinct: call.distinct ? 'DISTINCT ' : '',
    apply: (core) => `${core}${filter}${over}`,
  });
}
