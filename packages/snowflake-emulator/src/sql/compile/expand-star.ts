import { displayName } from '../../catalog/catalog.ts';
import { matches } from './resolve-column.ts';
import type { Scope, ScopeColumn } from '../typed/typed.ts';
import type { Star } from '../syntax/tree.ts';
import { compilationError, invalidIdentifier } from '../unsupported.ts';

/** The columns of `*` or `t.*`, with EXCLUDE, RENAME and ILIKE. */
export function expandStar(star: Star, scope: Scope): ScopeColumn[] {
  const relations = scope.relations.filter((relation) => matches(relation, star.qualifier));
  if (relations.length === 0) {
    if (star.qualifier.length > 0) throw invalidIdentifier(displayName(...star.qualifier));
    throw compilationError('SELECT with no columns');
  }
  const columns = relations.flatMap((relation) =>
    relation.columns.filter((column) => relation.hidden?.has(column.name) !== true),
  );
  for (const name of [...star.exclude, ...star.rename.keys()]) {
    if (!columns.some((column) => column.name === name)) throw invalidIdentifier(displayName(name));
  }
  const kept = columns.filter((column) => !star.exclude.includes(column.name));
  const named = kept.map((column) => ({
    ...column,
    name: star.rename.get(column.name) ?? column.name,
  }));
  if (star.like === undefined) return named;
  const pattern = likePattern(star.like, true);
  return named.filter((column) => pattern.test(column.name));
}

/** A LIKE pattern as a regular expression. */
export function likePattern(like: string, insensitive: boolean): RegExp {
  const source = Array.from(like)
    .map((char) => {
      if (char === '%') return '.*';
      return char === '_' ? '.' : char.replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`);
    })
    .join('');
  return new RegExp(`^${source}$`, insensitive ? 'isu' : 'su');
}
