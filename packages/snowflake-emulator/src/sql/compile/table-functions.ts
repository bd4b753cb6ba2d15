import { castTo } from '../typed/cast.ts';
import { toJson } from '../typed/cast-to-json.ts';
import {
  ROW_COLUMN,
  SEQUENCE_COLUMN,
  quoteText,
  type Compiler,
  type OutputColumn,
  type QueryPlan,
  type Scope,
} from '../typed/typed.ts';
import { VARIANT, numberType, textType, type SqlType } from '../sql-type.ts';
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

/** Rows a second that TIMELIMIT gives: on Snowflake as many as there is time for. */
const ROWS_A_SECOND = 1000;

/** Rows without columns but one that no query names. */
function generator(call: Call, scope: Scope, compiler: Compiler): QueryPlan {
  const args = namedArguments(call);
  const number = (name: string): number | undefined => {
    const arg = args.get(name);
    if (arg === undefined || arg.kind === 'null') return undefined;
    const { literal } = compiler.expression(arg, scope);
    if (literal !== undefined && /^\d+$/.test(literal)) return Number(literal);
    throw unsupported(`GENERATOR with a ${name} that is no number`);
  };
  const seconds = number('TIMELIMIT');
  const rows = number('ROWCOUNT') ?? (seconds ?? 0) * ROWS_A_SECOND;
  const sql = `SELECT CAST(range AS DECIMAL(19,0)) AS g FROM range(${rows})`;
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
  const path = constantOf(args.get('PATH'), 'PATH');
  const base: Expr = path === '' ? input : { kind: 'path', base: input, steps: path.split('.') };
  const value = toJson(compiler.expression(base, scope), compiler.env);
  const options = [path, flag(args, 'RECURSIVE') ? 'recursive' : '', modeOf(args)];
  const rows = `sf_flatten(${[value, ...options.map(quoteText)].join(', ')})`;
  const parts = `coalesce(from_json(${rows}, '[["VARCHAR"]]'), CAST([] AS VARCHAR[][]))`;
  const empty = `[[NULL, ${quoteText(path)}, NULL, NULL, ${value}]]`;
  const list = flag(args, 'OUTER')
    ? `CASE WHEN len(${parts}) = 0 THEN ${empty} ELSE ${parts} END`
    : parts;
  const sql = `SELECT ${sequence(scope)} AS seq, p[1] AS key, p[2] AS path, CAST(p[3] AS DECIMAL(38,0)) AS idx, p[4] AS value, p[5] AS this FROM (SELECT unnest(${list}) AS p) f`;
  return {
    sql,
    columns: [
      column('SEQ', numberType(), 'seq'),
      column('KEY', textType(), 'key'),
      column('PATH', textType(), 'path'),
      column('INDEX', numberType(), 'idx'),
      column('VALUE', VARIANT, 'value'),
      column('THIS', VARIANT, 'this'),
    ],
  };
}

function flag(args: ReadonlyMap<string, Expr>, name: string): boolean {
  const value = args.get(name);
  if (value !== undefined && value.kind !== 'boolean')
    throw unsupported(`${name} that is no constant`);
  return value?.value === true;
}

function constantOf(expr: Expr | undefined, name: string): string {
  if (expr !== undefined && expr.kind !== 'string')
    throw unsupported(`${name} that is no constant`);
  return expr?.value ?? '';
}

function modeOf(args: ReadonlyMap<string, Expr>): string {
  const mode = constantOf(args.get('MODE'), 'MODE').toUpperCase() || 'BOTH';
  if (['OBJECT', 'ARRAY', 'BOTH'].includes(mode)) return mode;
  throw compilationError(`invalid value [${mode}] for parameter 'MODE'`, '001008', '22023');
}

/** The number of the row that the function is called for; where no row is known, it is refused. */
function sequence(scope: Scope): string {
  const rows = scope.relations.flatMap(({ columns }) => columns);
  const seq = rows.find(({ name }) => name === ROW_COLUMN)?.value.sql;
  if (seq !== undefined) return `CAST(${seq} AS DECIMAL(38,0))`;
  const isAlone = rows.length === 0 && (scope.parent?.relations.length ?? 0) === 0;
  return isAlone
    ? 'CAST(1 AS DECIMAL(38,0))'
    : `CAST(sf_fail('000002', '0A000', 'Unsupported feature ''SEQ in a subquery''.') AS DECIMAL(38,0))`;
}

function splitToTable(call: Call, scope: Scope, compiler: Compiler): QueryPlan {
  if (call.name !== 'SPLIT_TO_TABLE') throw unsupported(call.name);
  const [text, separator] = call.args.map(
    (arg) => castTo(compiler.expression(arg, scope), textType(), compiler.env).sql,
  );
  const sql = `SELECT ${sequence(scope)} AS seq, CAST(i AS DECIMAL(38,0)) AS idx, p AS value FROM (SELECT unnest(string_split(${text}, ${separator})) AS p, generate_subscripts(string_split(${text}, ${separator}), 1) AS i) f`;
  return {
    sql,
    columns: [
      column('SEQ', numberType(), 'seq'),
      column('INDEX', numberType(), 'idx'),
      column('VALUE', textType(), 'value'),
    ],
  };
}
