import type { ExecuteRequest } from '../../engine/contract.ts';
import { numberConstant } from '../compile/compile-expression.ts';
import { NULL_TYPE } from '../sql-type.ts';
import type { Token } from '../syntax/tokenize.ts';
import { castTo } from '../typed/cast.ts';
import { type Environment, textConstant, typed, type Typed } from '../typed/typed.ts';
import { compilationError } from '../unsupported.ts';
import type { Session, SessionVariable } from './session.ts';

/** `$NAME` as a constant. */
export function variableValue(key: string, session: Session, env: Environment): Typed {
  const { value, type } = variableNamed(key, session);
  if (value === null) return typed('NULL', NULL_TYPE);
  if (type.name === 'VARCHAR') return textConstant(value);
  if (type.name === 'NUMBER' && !value.startsWith('-')) return numberConstant(value);
  return castTo(textConstant(value), type, env);
}

function variableNamed(key: string, session: Session): SessionVariable {
  const variable = session.variables.get(key.slice(1));
  if (variable === undefined)
    throw compilationError(`Session variable '${key}' does not exist`, '002211', '02000');
  return variable;
}

/** The text of `$v`, `?` or `:1` where an object's name is expected: IDENTIFIER and TABLE. */
export function nameInText(
  { text }: Token,
  binding: number,
  { session, request }: { readonly session: Session; readonly request: ExecuteRequest },
): string | undefined {
  if (text.startsWith('$')) return variableNamed(text.toUpperCase(), session).value ?? undefined;
  const bound = request.bindings?.[text === '?' ? String(binding) : text.slice(1)]?.value;
  return typeof bound === 'string' ? bound : undefined;
}
