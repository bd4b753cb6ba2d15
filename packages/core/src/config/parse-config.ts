import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { checkSize } from './check-size.ts';
import { crossCheck } from './cross-checks.ts';
import { readEarlierInputs } from './earlier-inputs.ts';
import { expandVariables, type Environment, type Expansion } from './expand-variables.ts';
import { formatPath, isPlainObject, type KeyPath } from './plain-object.ts';
import { formatProblem, problemsOf, type Problem } from './problems.ts';
import { mergeDefaults } from './source-defaults.ts';
import { detectFormat, readText, type TextFormat } from './read-text.ts';
import { configSchema, type Config } from './schema/config.ts';
import { stripComments } from './strip-comments.ts';

export interface ParseOptions {
  readonly env: Environment;
  /** Names the file in messages, and says by its ending what it is. */
  readonly path?: string;
  readonly format?: TextFormat;
  /** Puts what a connection file says in the place of `snowflake.connection`. */
  readonly complete?: (snowflake: Record<string, unknown>) => Record<string, unknown>;
}

/**
 * Reads a configuration. Throws `CONFIG.SYNTAX`, or one error with everything that is wrong, a
 * line each: `CONFIG.MISSING_VARIABLE` where variables are missing, else `CONFIG.INVALID`.
 */
export function parseConfig(text: string, options: ParseOptions): Config {
  const file = options.path ?? 'configuration';
  const format = options.format ?? detectFormat(text, options.path);
  const read = readText(text, file, format);
  if (!isPlainObject(read)) {
    throw new SnowmeltError('CONFIG.INVALID', `${file}: must be an object with keys`);
  }
  checkSize(read, file);
  const expanded = complete(expandVariables(stripComments(read), options.env), options);
  checkSize(expanded.value, file);
  const merged = mergeDefaults(expanded.value);
  const expansion = { ...expanded, value: readEarlierInputs(merged.value) };
  const isVariable = (path: KeyPath): boolean =>
    expanded.whole.has(formatPath(merged.originOf(path)));
  const parsed = safeParse(expansion.value, isVariable);
  const missing = expansion.missing.map(({ path, name }): Problem => ({
    path,
    problem: `the variable ${name} is not set`,
  }));
  const unset = new Set(missing.map(({ path }) => formatPath(path)));
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error, configSchema)),
    ...crossCheck(expansion.value),
  ]
    .map(merged.placeOf)
    .filter(({ path }) => !unset.has(formatPath(path)));
  if (missing.length > 0) throw failure('CONFIG.MISSING_VARIABLE', file, [...missing, ...problems]);
  if (!parsed.success || problems.length > 0) throw failure('CONFIG.INVALID', file, problems);
  return parsed.data;
}

function complete(expansion: Expansion, options: ParseOptions): Expansion {
  const { value } = expansion;
  if (options.complete === undefined || !isPlainObject(value)) return expansion;
  const { snowflake } = value;
  if (!isPlainObject(snowflake) || snowflake['connection'] === undefined) return expansion;
  return { ...expansion, value: { ...value, snowflake: options.complete(snowflake) } };
}

/** Of a file of 400 tables with one mistake in each, somebody corrects the mistake first. */
const mostShown = 100;

function failure(
  code: 'CONFIG.INVALID' | 'CONFIG.MISSING_VARIABLE',
  file: string,
  problems: readonly Problem[],
): SnowmeltError {
  const all = [...new Set(problems.map(formatProblem))];
  const count = all.length === 1 ? '1 problem' : `${all.length} problems`;
  const more = all.length > mostShown ? [`and ${all.length - mostShown} more`] : [];
  const lines = [`${file}: ${count}`, ...all.slice(0, mostShown), ...more];
  return new SnowmeltError(code, lines.join('\n'));
}

/**
 * A variable is text always; where a key wants a number or a boolean, and its value is one variable
 * and nothing else, that text is read as one.
 */
function safeParse(value: unknown, isVariable: (path: KeyPath) => boolean) {
  const first = configSchema.safeParse(value);
  if (first.success) return first;
  let changed = false;
  for (const issue of first.error.issues) {
    if (issue.code !== 'invalid_type' || !isVariable(issue.path)) continue;
    changed = convert(value, issue.path, issue.expected) || changed;
  }
  return changed ? configSchema.safeParse(value) : first;
}

function convert(root: unknown, path: KeyPath, expected: string): boolean {
  const key = path.at(-1);
  const parent = path.slice(0, -1).reduce<unknown>(childOf, root);
  const text = key === undefined ? undefined : childOf(parent, key);
  if (!isPlainObject(parent) || typeof key !== 'string' || typeof text !== 'string') return false;
  if (expected === 'boolean' && /^(?:true|false)$/i.test(text)) {
    parent[key] = text.toLowerCase() === 'true';
  } else if (/^(?:number|int)$/.test(expected) && /^-?\d+(?:\.\d+)?$/.test(text)) {
    parent[key] = Number(text);
  } else return false;
  return true;
}

function childOf(value: unknown, key: PropertyKey): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isPlainObject(value) ? value[String(key)] : undefined;
}
