import { castTo } from '../typed/cast.ts';
import { combined, foldedForLike } from '../typed/collation.ts';
import { quoteText, typed, type Compiler, type Scope, type Typed } from '../typed/typed.ts';
import { BOOLEAN, textType } from '../sql-type.ts';
import type { Like } from '../syntax/tree.ts';
import { unsupported } from '../unsupported.ts';

/** LIKE, ILIKE and RLIKE, with ANY or ALL of several patterns. */
export function compileLike(like: Like, scope: Scope, compiler: Compiler): Typed {
  const text = (value: Typed): string => castTo(value, textType(), compiler.env).sql;
  const value = compiler.expression(like.expr, scope);
  const escape =
    like.escape === undefined ? undefined : text(compiler.expression(like.escape, scope));
  const parts = like.patterns.map((each) => {
    const pattern = compiler.expression(each, scope);
    const spec = combined(value.type, pattern.type)?.spec ?? '';
    if (like.op === 'RLIKE' && spec !== '')
      throw unsupported(`RLIKE under the collation '${spec}'`);
    const [left, right] = [value, pattern].map((side) => foldedForLike(text(side), spec));
    return match(like.op, left ?? '', right ?? '', escape);
  });
  const all = parts.join(like.quantifier === 'ANY' ? ' OR ' : ' AND ');
  return typed(`(${like.not ? 'NOT ' : ''}(${all}))`, BOOLEAN);
}

function match(
  op: Like['op'],
  subject: string,
  pattern: string,
  escape: string | undefined,
): string {
  if (op === 'RLIKE') return `CAST(sf_regexp_like(${subject}, ${pattern}, '') AS BOOLEAN)`;
  if (escape === undefined) return `(${subject} ${op} ${pattern})`;
  const mode = quoteText(op === 'ILIKE' ? 'i' : '');
  return `CAST(sf_like(${subject}, ${pattern}, ${escape}, ${mode}) AS BOOLEAN)`;
}
