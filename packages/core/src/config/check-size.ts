import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { formatPath, isPlainObject, type KeyPath } from './plain-object.ts';

/**
 * What a configuration may be at most, so that a file of somebody else's can't take the process down.
 * The largest sound one that was seen, of 1,000 tables, has a tenth of each.
 */
export const configLimits = {
  /** Characters of the file. */
  text: 10_000_000,
  /** Objects and lists in each other; the schema has seven. */
  depth: 50,
  /** Values in all, aliases of YAML counted as often as they are used. */
  values: 1_000_000,
  /** Characters of a value, also of one that a variable gives. */
  value: 100_000,
  /** Keys of one object: a `column_mapping` has the most. */
  keys: 10_000,
  /** Characters of a key: names of columns have 255. */
  key: 1000,
} as const;

const fix = 'See "Limits" in docs/configuration.md; a file that is larger is split by its sources.';

export function checkText(text: string, file: string): void {
  if (text.length <= configLimits.text) return;
  throw tooMuch(file, `has ${text.length} characters, more than ${configLimits.text}`);
}

/** Throws `CONFIG.INVALID` with the place, and with none of the text. */
export function checkSize(value: unknown, file: string): void {
  let values = 0;
  const walk = (inner: unknown, path: KeyPath): void => {
    values += 1;
    if (values > configLimits.values) {
      throw tooMuch(file, `has more than ${configLimits.values} values`);
    }
    if (typeof inner === 'string' && inner.length > configLimits.value) {
      throw tooMuch(file, `${placeOf(path)} has more than ${configLimits.value} characters`);
    }
    if (path.length > configLimits.depth) throw tooMuch(file, tooDeep);
    if (Array.isArray(inner))
      for (const [index, item] of inner.entries()) walk(item, [...path, index]);
    else if (isPlainObject(inner)) {
      const entries = Object.entries(inner);
      if (entries.length > configLimits.keys) {
        throw tooMuch(file, `${placeOf(path)} has more than ${configLimits.keys} keys`);
      }
      for (const [key, item] of entries) {
        checkKey(key, path, file);
        walk(item, [...path, key]);
      }
    }
  };
  walk(value, []);
}

export const tooDeep = `is nested more than ${configLimits.depth} levels deep`;

function placeOf(path: KeyPath): string {
  return path.length === 0 ? 'the file' : formatPath(path);
}

function checkKey(key: string, path: KeyPath, file: string): void {
  const place = placeOf(path);
  if (key.length > configLimits.key) {
    throw tooMuch(file, `${place} has a key of more than ${configLimits.key} characters`);
  }
  // It would set the prototype of whatever it is copied into.
  if (key === '__proto__') {
    throw new SnowmeltError('CONFIG.INVALID', `${file}: ${place} has the key __proto__`, {
      fix: 'Take that key out.',
    });
  }
}

function tooMuch(file: string, problem: string): SnowmeltError {
  return new SnowmeltError('CONFIG.INVALID', `${file}: ${problem}`, { fix });
}
