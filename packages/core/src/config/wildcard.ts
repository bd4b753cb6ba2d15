import type { TableConfig } from './schema/table.ts';
import { storedName } from './stored-name.ts';

/** A table that a wildcard stands for. */
export type MatchedTable = TableConfig & { readonly matchedBy?: string };

/** In `source` and `exclude`: `*` stands for any characters. A quoted name is taken as written. */
export function isWildcard(name: string): boolean {
  return name.includes('*') && !/^".*"$/su.test(name);
}

/** Whether a stored name is the one that is written, or one of those that the wildcard stands for. */
export function matcher(written: string): (name: string) => boolean {
  if (!isWildcard(written)) return (name) => name === storedName(written);
  const [first = '', ...between] = written.split('*');
  const last = between.pop() ?? '';
  return (name) => {
    const end = name.length - last.length;
    let at = first.length;
    if (at > end || !name.startsWith(first) || !name.endsWith(last)) return false;
    for (const part of between) {
      const found = name.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** As Snowflake reads names without quotes; nothing where that is the same. */
export function inCapitals(written: string): string | undefined {
  const capitals = /^[a-z_*][\w$*]*$/iu.test(written) ? written.toUpperCase() : written;
  return capitals === written ? undefined : capitals;
}

/** A stored name as it is written so that it is taken for that, whatever is in it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * The target of a table: `*` stands for the source's name. One in capitals, which needs no quotes in
 * Snowflake, is in small letters in PostgreSQL, where it needs none then either.
 */
export function targetName({
  source,
  target = '*',
}: {
  readonly source: string;
  readonly target?: string | undefined;
}): string {
  if (!isWildcard(target)) return storedName(target);
  const name = storedName(source);
  const own = /^[A-Z_*][A-Z0-9_$*]*$/u.test(name) ? name.toLowerCase() : name;
  return target.replaceAll('*', () => own);
}
