import { displayName } from '../../catalog/catalog.ts';
import type { Compiler, Relation, Scope, ScopeColumn, Typed } from '../typed/typed.ts';
import { compilationError, invalidIdentifier } from '../unsupported.ts';

/**
 * Finds a column by its name: in the relations of this SELECT, then among its aliases, then
 * outside. Throws 000904 where there is none, and 002028 where there are several.
 */
export function resolveColumn(parts: readonly string[], scope: Scope, compiler: Compiler): Typed {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = findIn(parts, at);
    if (found !== undefined) return found.value;
    const [name] = parts;
    const alias = parts.length === 1 && name !== undefined ? at.aliases.get(name) : undefined;
    if (alias !== undefined && name !== undefined) {
      const aliases = new Map(at.aliases);
      aliases.delete(name);
      return compiler.expression(alias, { ...at, aliases });
    }
  }
  throw invalidIdentifier(displayName(...parts));
}

function findIn(parts: readonly string[], scope: Scope): ScopeColumn | undefined {
  const name = parts.at(-1) ?? '';
  const qualifier = parts.slice(0, -1);
  const found = scope.relations
    .filter((relation) => matches(relation, qualifier))
    .flatMap((relation) => columnsNamed(relation, name, qualifier.length > 0));
  if (found.length > 1) {
    throw compilationError(`ambiguous column name '${displayName(...parts)}'`, '002028', '42601');
  }
  return found[0] ?? (qualifier.length === 0 ? byPosition(name, scope) : undefined);
}

/** `$2` is the second column of FROM. */
function byPosition(name: string, scope: Scope): ScopeColumn | undefined {
  if (!/^\$\d+$/.test(name)) return undefined;
  const columns = scope.relations.flatMap((relation) => relation.columns);
  return columns[Number(name.slice(1)) - 1];
}

function columnsNamed(
  relation: Relation,
  name: string,
  qualified: boolean,
): readonly ScopeColumn[] {
  if (!qualified && relation.hidden?.has(name) === true) return [];
  return relation.columns.filter((column) => column.name === name);
}

/** A qualifier names a relation by its alias, or by the end of its full name. */
export function matches(relation: Relation, qualifier: readonly string[]): boolean {
  if (qualifier.length > relation.qualifier.length) return false;
  const end = relation.qualifier.slice(relation.qualifier.length - qualifier.length);
  return qualifier.every((part, i) => part === end[i]);
}
