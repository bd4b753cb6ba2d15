import { asKey } from '../typed/collation.ts';
import { unify } from '../typed/common-type.ts';
import { binaryOperation, toNumeric } from '../typed/operators.ts';
import { typed, type CallContext, type Typed } from '../typed/typed.ts';
import { FLOAT, numberType, storageType } from '../sql-type.ts';
import type { Call, Window } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { compileAggregate, isAggregate } from './aggregates.ts';
import { asInteger, at, integerResult } from './function-spec.ts';
import { orderBy } from './order-sql.ts';

const RANKS: Readonly<Record<string, string>> = {
  ROW_NUMBER: 'row_number()',
  RANK: 'rank()',
  DENSE_RANK: 'dense_rank()',
};
const SHARES: Readonly<Record<string, string>> = {
  PERCENT_RANK: 'percent_rank()',
  CUME_DIST: 'cume_dist()',
};
const VALUES: Readonly<Record<string, string>> = {
  LAG: 'lag',
  LEAD: 'lead',
  FIRST_VALUE: 'first_value',
  LAST_VALUE: 'last_value',
  NTH_VALUE: 'nth_value',
};
const ONLY = new Set([
  ...Object.keys(RANKS),
  ...Object.keys(SHARES),
  ...Object.keys(VALUES),
  'NTILE',
  'RATIO_TO_REPORT',
]);

export const isWindowOnly = (name: string): boolean => ONLY.has(name);

/** https://docs.snowflake.com/en/sql-reference/functions-analytic */
export function compileWindow(call: Call, context: CallContext): Typed {
  if (call.over === undefined) throw compilationError(`${call.name} needs OVER (…)`);
  const over = ` OVER (${windowSql(call, call.over, context)})`;
  const rank = RANKS[call.name];
  if (rank !== undefined) return integerResult(`${rank}${over}`, 18, false);
  const share = SHARES[call.name];
  if (share !== undefined) return typed(`${share}${over}`, FLOAT, false);
  if (call.name === 'NTILE') {
    const buckets = asInteger(context.compile(at(call.args, 0)), context);
    return integerResult(`ntile(${buckets})${over}`, 18, false);
  }
  if (call.name === 'RATIO_TO_REPORT') return ratio(call, over, context);
  const name = VALUES[call.name];
  if (name !== undefined) return valueAt(name, call, over, context);
  if (!isAggregate(call.name)) throw unsupported(`${call.name} over a window`);
  const plain: Call = { ...call };
  return compileAggregate(plain, context, over);
}

/**
 * Without a frame, FIRST_VALUE, LAST_VALUE and NTH_VALUE see the whole partition.
 * https://docs.snowflake.com/en/sql-reference/functions/last_value
 */
function windowSql(call: Call, window: Window, context: CallContext): string {
  const partition =
    window.partitionBy.length === 0
      ? ''
      : `PARTITION BY ${window.partitionBy.map((expr) => asKey(context.compile(expr)).sql).join(', ')} `;
  const whole = /^(FIRST|LAST|NTH)_VALUE$/.test(call.name)
    ? 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING'
    : '';
  return `${partition}${orderBy(window.orderBy, context)} ${window.frame ?? whole}`;
}

function valueAt(name: string, call: Call, over: string, context: CallContext): Typed {
  const value = context.compile(at(call.args, 0));
  const nulls = call.nulls === 'IGNORE' ? ' IGNORE NULLS' : '';
  const [, second, third] = call.args;
  const offset = second === undefined ? '' : `, ${asInteger(context.compile(second), context)}`;
  if (third === undefined)
    return typed(`${name}(${value.sql}${offset}${nulls})${over}`, value.type);
  const { type, values } = unify([value, context.compile(third)], context.env);
  return typed(`${name}(${at(values, 0).sql}${offset}, ${at(values, 1).sql}${nulls})${over}`, type);
}

/** A division of numbers, NULL where the sum is 0. https://docs.snowflake.com/en/sql-reference/functions/ratio_to_report */
function ratio(call: Call, over: string, context: CallContext): Typed {
  const value = toNumeric(context.compile(at(call.args, 0)), context.env);
  const type = value.type.name === 'NUMBER' ? numberType(38, value.type.scale ?? 0) : FLOAT;
  const sum = typed(`CAST(nullif(sum(${value.sql})${over}, 0) AS ${storageType(type)})`, type);
  return binaryOperation('/', value, sum, context.env);
}
