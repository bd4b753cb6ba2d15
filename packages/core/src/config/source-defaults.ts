import { formatPath, isPlainObject, type KeyPath } from './plain-object.ts';
import type { Problem } from './problems.ts';

/** A file whose tables have what `defaults` of their sources say. */
export interface WithDefaults {
  readonly value: unknown;
  /** Where a problem is in the file, if it is with a default. */
  readonly placeOf: (problem: Problem) => Problem;
  /** Where the key of a table comes from, if it is a default. */
  readonly originOf: (path: KeyPath) => KeyPath;
}

/** Each table of a source gets the keys of its `defaults` that it does not have itself. */
export function mergeDefaults(file: unknown): WithDefaults {
  const origins = new Map<string, KeyPath>();
  const originOf = (path: KeyPath): KeyPath => {
    const origin = origins.get(formatPath(path.slice(0, keyDepth)));
    return origin === undefined ? path : [...origin, ...path.slice(keyDepth)];
  };
  const placeOf = ({ path, problem }: Problem): Problem => ({ path: originOf(path), problem });
  if (!isPlainObject(file) || !Array.isArray(file['sources'])) {
    return { value: file, placeOf, originOf };
  }
  const sources = file['sources'].map((source: unknown, at: number) => {
    if (!isPlainObject(source)) return source;
    const { defaults, tables } = source;
    if (!isPlainObject(defaults) || !Array.isArray(tables)) return source;
    const merged = tables.map((table: unknown, index: number) => {
      if (!isPlainObject(table)) return table;
      for (const key of Object.keys(defaults).filter((one) => !Object.hasOwn(table, one))) {
        const path = ['sources', at, 'tables', index, key];
        origins.set(formatPath(path), ['sources', at, 'defaults', key]);
      }
      return { ...structuredClone(defaults), ...table };
    });
    return { ...source, tables: merged };
  });
  return { value: { ...file, sources }, placeOf, originOf };
}

/** sources, its number, tables, its number, the key. */
const keyDepth = 5;
