import { castTo } from './cast.ts';
import { toJson } from './cast-to-json.ts';
import {
  SEQUENCE_COLUMN,
  quoteText,
  type Compiler,
  type OutputColumn,
  type QueryPlan,
  type Scope,
  type Typed,
} from './typed.ts';
import { ARRAY, VARIANT, numberType, textType, type SqlType } from '../sql-type.ts';
import type { Call, Expr } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';

/** Functions in FROM. https://docs.snowflake.com/en/sql-reference/functions-table */
export function tableFunction(call: Call, scope: Scope, compiler: Compiler): QueryPlan {
  switch (call.name) {
    case 'GENERATOR':
      return generator(call, scope, compiler);
    case 'FLATTEN':
      return flatten(call, scope, compiler);
    case 'RESULT_SCAN':
      return compiler.env.resultScan(constantArgument(call, scope, compiler));
    case 'SPLIT_TO_TABLE':
    case 'STRTOK_SPLIT_TO_TABLE':
      return splitToTable(call, scope, compiler);
    default: {
      const plan = compiler.env.informationFunction(call.name);
      if (plan === undefined) throw unsupported(`TABLE(${call.name}(…))`);
      return plan;
    }
  }
}

function constantArgument(call: Call, scope: Scope, compiler: Compiler): string {
  const [arg] = call.args;
  if (arg === undefined) throw compilationError(`${call.name} needs an argument`);
  if (arg.kind === 'call' && arg.name === 'LAST_QUERY_ID') {
    const index =
      arg.args[0] === undefined ? -1 : Number(compiler.expression(arg.args[0], scope).literal);
    const id = compiler.env.queryId(index);
    if (id === undefined) throw compilationError('there is no last query');
    return id;
  }
  const { literal } = compiler.expression(arg, scope);
  if (literal === undefined) throw unsupported(`${call.name} of an expression`);
  return literal;
}

function namedArguments(call: Call): Map<string, Expr> {
  return new Map(
    call.args.map((arg) => (arg.kind === 'named' ? [arg.name, arg.value] : ['', arg])),
  );
}

/** Rows without columns but one that no query names. */
function generator(call: Call, scope: Scope, compiler: Compiler): QueryPlan {
  const rows = namedArguments(call).get('ROWCOUNT');
  if (rows === undefined) throw unsupported('GENERATOR without ROWCOUNT');
  const { literal } = compiler.expression(rows, scope);
  if (literal === undefined || !/^\d+$/.test(literal))
    throw unsupported('GENERATOR with a ROWCOUNT that is no number');
  const sql = `SELECT CAST(range AS DECIMAL(19,0)) AS g FROM range(${literal})`;
  return {
    sql,
    columns: [{ ...column(SEQUENCE_COLUMN, numberType(19, 0), 'g'), nullable: false }],
  };
}

const column = (name: string, type: SqlType, physical: string): OutputColumn => ({
  name,
  type,
  nullable: true,
  physical,
});

/** https://docs.snowflake.com/en/sql-reference/functions/flatten */
function flatten(call: Call, scope: Scope, compiler: Compiler): QueryPlan {
  const args = namedArguments(call);
  const input = args.get('INPUT') ?? args.get('');
  if (input === undefined) throw compilationError('FLATTEN needs an INPUT');
  for (const name of ['RECURSIVE', 'MODE'])
    if (args.has(name)) throw unsupported(`FLATTEN with ${name}`);
  const path = args.get('PATH');
  const base: Expr =
    path?.kind === 'string' && path.value !== ''
      ? { kind: 'path', base: input, steps: path.value.split('.') }
      : input;
  const value = asVariant(compiler.expression(base, scope), compiler);
  const prefix = quoteText(path?.kind === 'string' ? path.value : '');
  const outer = args.get('OUTER');
  const isOuter = outer?.kind === 'boolean' && outer.value;
  const parts = `CAST(coalesce(sf_flatten(${value}, ${prefix}), '[]') AS VARCHAR[][])`;
  const list = isOuter
    ? `CASE WHEN len(${parts}) = 0 THEN [[NULL, NULL, NULL, NULL]] ELSE ${parts} END`
    : parts;
  const sql = `SELECT CAST(1 AS DECIMAL(38,0)) AS seq, p[1] AS key, p[2] AS path, CAST(p[3] AS DECIMAL(38,0)) AS idx, p[4] AS value, ${value} AS this FROM (SELECT unnest(${list}) AS p) f`;
  return {
    sql,
    columns: [
      column('SEQ', numberType(), 'seq'),
      column('KEY', textType(), 'key'),
      column('PATH', textType(), 'path'),
      column('INDEX', numberType(), 'idx'),
      column('VALUE', VARIANT, 'value'),
      column('THIS', ARRAY, 'this'),
    ],
  };
}

function asVariant(value: Typed, compiler: Compiler): string {
  return toJson(value, compiler.env);
}

function splitToTable(call: Call, scope: Scope, compiler: Compiler): QueryPlan {
  if (call.name !== 'SPLIT_TO_TABLE') throw unsupported(call.name);
  const [text, separator] = call.args.map(
    (arg) => castTo(compiler.expression(arg, scope), textType(), compiler.env).sql,
  );
  const sql = `SELECT CAST(1 AS DECIMAL(38,0)) AS seq, CAST(i AS DECIMAL(38,0)) AS idx, p AS value FROM (SELECT unnest(string_split(${text}, ${separator})) AS p, generate_subscripts(string_split(${text}, ${separator}), 1) AS i) f`;
  return {
    sql,
    columns: [
      column('SEQ', numberType(), 'seq'),
      column('INDEX', numberType(), 'idx'),
      column('VALUE', textType(), 'value'),
    ],
  };
}
