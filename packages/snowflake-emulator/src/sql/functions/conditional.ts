import { unify } from '../typed/common-type.ts';
import { castTo } from '../typed/cast.ts';
import { compare, toBoolean } from '../typed/operators.ts';
import { typed, type CallContext, type Typed } from '../typed/typed.ts';
import { BOOLEAN } from '../sql-type.ts';
import { at, simple, type FunctionCompiler } from './function-spec.ts';

/** https://docs.snowflake.com/en/sql-reference/expressions-conditional */
const iff = simple([3, 3], (args, context) => {
  const condition = toBoolean(at(args, 0), context.env).sql;
  return choose(condition, at(args, 1), at(args, 2), context);
});

function choose(condition: string, yes: Typed, no: Typed, context: CallContext): Typed {
  const { type, values } = unify([yes, no], context.env);
  const sql = `CASE WHEN ${condition} THEN ${at(values, 0).sql} ELSE ${at(values, 1).sql} END`;
  return typed(sql, type, yes.nullable || no.nullable);
}

const coalesce = simple([1, 999], (args, context) => {
  const { type, values } = unify(args, context.env);
  const sql = `coalesce(${values.map((value) => value.sql).join(', ')})`;
  return typed(
    sql,
    type,
    args.every((arg) => arg.nullable),
  );
});

const nvl2 = simple([3, 3], (args, context) =>
  choose(`${at(args, 0).sql} IS NOT NULL`, at(args, 1), at(args, 2), context),
);

const nullIf = simple([2, 2], (args, context) => {
  const [a, b] = [at(args, 0), at(args, 1)];
  const equal = compare('=', a, b, context.env).sql;
  return typed(`CASE WHEN ${equal} THEN NULL ELSE ${a.sql} END`, a.type);
});

/** DECODE(value, search, result, …, default): NULL equals NULL. */
const decode = simple([3, 999], (args, context) => {
  const [subject, ...rest] = args;
  const pairs: { search: Typed; result: Typed }[] = [];
  for (let i = 0; i + 1 < rest.length; i += 2) {
    pairs.push({ search: at(rest, i), result: at(rest, i + 1) });
  }
  const otherwise = rest.length % 2 === 1 ? rest.slice(-1) : [typed('NULL', { name: 'NULL' })];
  const { type, values } = unify([...pairs.map((pair) => pair.result), ...otherwise], context.env);
  const whens = pairs.map((pair, i) => {
    const same = compare(
      'IS NOT DISTINCT FROM',
      at([subject], 0) as Typed,
      pair.search,
      context.env,
    );
    return `WHEN ${same.sql} THEN ${at(values, i).sql}`;
  });
  return typed(`CASE ${whens.join(' ')} ELSE ${at(values, values.length - 1).sql} END`, type);
});

const equalNull = simple([2, 2], (args, context) =>
  compare('IS NOT DISTINCT FROM', at(args, 0), at(args, 1), context.env),
);

function logical(template: (a: string, b: string) => string): FunctionCompiler {
  return simple([2, 2], (args, context) => {
    const [a, b] = args.map((arg) => castTo(arg, BOOLEAN, context.env).sql);
    return typed(template(a ?? '', b ?? ''), BOOLEAN);
  });
}

export const CONDITIONAL: Readonly<Record<string, FunctionCompiler>> = {
  IFF: iff,
  COALESCE: coalesce,
  NVL: coalesce,
  IFNULL: coalesce,
  NVL2: nvl2,
  NULLIF: nullIf,
  DECODE: decode,
  EQUAL_NULL: equalNull,
  BOOLAND: logical((a, b) => `(${a} AND ${b})`),
  BOOLOR: logical((a, b) => `(${a} OR ${b})`),
  BOOLXOR: logical((a, b) => `(${a} <> ${b})`),
};
