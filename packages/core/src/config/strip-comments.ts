import { isPlainObject } from './plain-object.ts';

/** Under this key the file's own words end: its keys are names of columns. */
const dataKey = 'column_mapping';

/**
 * Takes out keys that begin with `_` or `$`, which are comments at every level, and keys whose
 * value is null, which count as not given. Column names such as `_LOADED_AT` in a `column_mapping`
 * stay.
 */
export function stripComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripComments);
  if (!isPlainObject(value)) return value;
  const kept = Object.entries(value).filter(([key, inner]) => !/^[_$]/.test(key) && inner !== null);
  return Object.fromEntries(
    kept.map(([key, inner]) => [key, key === dataKey ? inner : stripComments(inner)]),
  );
}
