import { castTo } from '../typed/cast.ts';
import { collated, combined, specOf } from '../typed/collation.ts';
import { quoteText, typed, type Typed } from '../typed/typed.ts';
import { textType, type SqlType } from '../sql-type.ts';
import type { Expr } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { readCollation } from '../values/collation-spec.ts';
import { at, constantText, simple, type FunctionCompiler } from './function-spec.ts';

/** `expr COLLATE 'spec'` is this as well. https://docs.snowflake.com/en/sql-reference/functions/collate */
const collate = simple([2, 2], (args, context) => {
  const value = castTo(at(args, 0), textType(at(args, 0).type.length), context.env);
  if (at(args, 0).type.name !== 'VARCHAR' && at(args, 0).type.name !== 'NULL') {
    throw compilationError('COLLATE needs a text', '001044', '42P13');
  }
  const spec = readCollation(constantText(at(args, 1), 'a collation'));
  const type = { ...value.type, collation: { spec, explicit: true } };
  return typed(collated(value.sql, spec), type, value.nullable);
});

/** NULL where there is none. */
const collation = simple([1, 1], (args) => {
  const spec = specOf(at(args, 0).type);
  return typed(spec === '' ? 'CAST(NULL AS VARCHAR)' : quoteText(spec.toLowerCase()), textType());
});

/** Their result has the collation of their arguments. */
const KEEPS = new Set(
  'UPPER LOWER SUBSTR SUBSTRING LEFT RIGHT TRIM LTRIM RTRIM LPAD RPAD CONCAT CONCAT_WS INSERT REPEAT'.split(
    ' ',
  ),
);
/** What they give does not hang on a collation. */
const IGNORES = new Set('LENGTH LEN OCTET_LENGTH ASCII UNICODE CHR CHAR'.split(' '));

/** A function of texts searches and compares under their collation, which is not done here. */
export function underCollation(
  functions: Readonly<Record<string, FunctionCompiler>>,
): Record<string, FunctionCompiler> {
  const entries = Object.entries(functions).map(([name, compile]): [string, FunctionCompiler] => [
    name,
    (call, context) => {
      const types: SqlType[] = [];
      const compileNoting = (expr: Expr): Typed => {
        const value = context.compile(expr);
        types.push(value.type);
        return value;
      };
      const result = compile(call, { ...context, compile: compileNoting });
      const kind = collationOf(types);
      if (specOf(kind) === '' || IGNORES.has(name)) return result;
      if (!KEEPS.has(name)) throw unsupported(`${name} under the collation '${specOf(kind)}'`);
      return withCollation(result, kind);
    },
  ]);
  return Object.fromEntries(entries);
}

function collationOf(types: readonly SqlType[]): SqlType {
  let type = textType();
  for (const own of types) {
    const both = own.name === 'VARCHAR' ? combined(type, own) : undefined;
    if (both !== undefined) type = { ...type, collation: both };
  }
  return type;
}

function withCollation(value: Typed, { collation: kept }: SqlType): Typed {
  if (kept === undefined || value.type.name !== 'VARCHAR') return value;
  const type = { ...value.type, collation: kept };
  return typed(collated(value.sql, kept.spec), type, value.nullable);
}

export const COLLATIONS: Readonly<Record<string, FunctionCompiler>> = {
  COLLATE: collate,
  COLLATION: collation,
};
