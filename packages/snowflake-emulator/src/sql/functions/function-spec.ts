import { castTo } from '../typed/cast.ts';
import { typed, type CallContext, type Typed } from '../typed/typed.ts';
import { FLOAT, numberType, textType, type SqlType } from '../sql-type.ts';
import type { Call, Expr } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';

export type FunctionCompiler = (call: Call, context: CallContext) => Typed;

/** A function of compiled arguments; `count` is how many it takes. */
export function simple(
  count: readonly [number, number],
  build: (args: readonly Typed[], context: CallContext) => Typed,
): FunctionCompiler {
  return (call, context) => {
    checkCount(call, count);
    const args = call.args.map((arg) => context.compile(arg));
    return build(args, context);
  };
}

export function checkCount(call: Call, [low, high]: readonly [number, number]): void {
  if (call.distinct) throw compilationError(`DISTINCT is not allowed in ${call.name}`);
  if (call.withinGroup !== undefined || call.filter !== undefined || call.nulls !== undefined) {
    throw compilationError(`WITHIN GROUP, FILTER and NULLS are not allowed in ${call.name}`);
  }
  const count = call.args.length;
  if (count >= low && count <= high) return;
  const words = count < low ? 'not enough' : 'too many';
  const wanted = count < low ? low : high;
  throw compilationError(
    `error line 1 at position 0\n${words} arguments for function [${call.name}], expected ${wanted}, got ${count}`,
    count < low ? '000938' : '000939',
    '22023',
  );
}

/** The argument at `index`; to be used after a check of the count. */
export function at<T>(args: readonly T[], index: number): T {
  const arg = args[index];
  if (arg === undefined) throw unsupported(`a call without argument ${index + 1}`);
  return arg;
}

export const asText = (value: Typed, context: CallContext): string =>
  castTo(value, textType(), context.env).sql;

export const asInteger = (value: Typed, context: CallContext): string =>
  `CAST(${castTo(value, numberType(38, 0), context.env).sql} AS BIGINT)`;

export const asFloat = (value: Typed, context: CallContext): string =>
  castTo(value, FLOAT, context.env).sql;

/** A DuckDB template over text arguments: `$1`, `$2`, … stand for them. */
export function textTemplate(
  count: readonly [number, number],
  template: string | readonly string[],
  type: SqlType = textType(),
): FunctionCompiler {
  const templates = typeof template === 'string' ? [template] : template;
  return simple(count, (args, context) => {
    const chosen = templates[Math.min(args.length - count[0], templates.length - 1)] ?? '';
    const texts = args.map((arg) => asText(arg, context));
    return typed(
      fill(chosen, texts),
      type,
      args.some((arg) => arg.nullable),
    );
  });
}

export function fill(template: string, args: readonly string[]): string {
  return template.replaceAll(/\$(\d)/g, (_all, index: string) => args[Number(index) - 1] ?? 'NULL');
}

/** A DuckDB expression gives a BIGINT; the result is a NUMBER of `precision` digits. */
export function integerResult(sql: string, precision = 38, nullable = true): Typed {
  return typed(`CAST(${sql} AS DECIMAL(${precision},0))`, numberType(precision, 0), nullable);
}

/** The text of an argument that must be a constant, such as a format. */
export function constantText(value: Typed, what: string): string {
  if (value.literal === undefined) throw unsupported(`${what} that is no constant`);
  return value.literal;
}

/** `DAY` or `'day'` as the first argument of DATEADD and its like. */
export function wordArgument(expr: Expr): string {
  if (expr.kind === 'string') return expr.value.toUpperCase();
  if (expr.kind === 'column' && expr.parts.length === 1) return expr.parts[0] ?? '';
  throw compilationError('a date part is expected');
}
