import { createHash } from 'node:crypto';

import { formatNumber } from '../values/format-number.ts';
import { ModelError, UnsupportedModel } from '../values/number-model.ts';
import { failure, type TextFunction } from './text-function.ts';

type Args = readonly (string | null)[];

/** NULL as a model gives NULL. */
function format([text, model, kind]: Args): string | null {
  if (model === null || model === undefined) return null;
  const type = kind === 'REAL' ? 'REAL' : 'FIXED';
  return withModel(`output format model '${model}' for ${type}`, () =>
    formatNumber(text ?? '', model, type),
  );
}

/** A model that is none is refused in Snowflake's words; their code is not known. */
export function withModel<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ModelError)
      throw failure('001007', '22023', `Bad ${what}: ${error.message}`);
    if (error instanceof UnsupportedModel) {
      throw failure('000002', '0A000', `Unsupported feature '${what}: ${error.message}'.`);
    }
    throw error;
  }
}

const patterns = new Map<string, RegExp>();

/** POSIX-like patterns of the REGEXP functions; flags as Snowflake's parameters c, i, m, s, e. */
function pattern(source: string, parameters: string, whole: boolean): RegExp {
  const flags = `gu${parameters.includes('i') ? 'i' : ''}${parameters.includes('m') ? 'm' : ''}${parameters.includes('s') ? 's' : ''}`;
  const key = `${flags}/${whole}/${source}`;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  try {
    const compiled = new RegExp(whole ? `^(?:${source})$` : source, flags);
    patterns.set(key, compiled);
    return compiled;
  } catch {
    throw failure('100048', '2201B', `Invalid regular expression: '${source}'`);
  }
}

/** REGEXP_LIKE: the pattern is anchored at both ends. */
function regexpLike([text, source, parameters]: Args): string {
  const compiled = pattern(source ?? '', parameters ?? '', true);
  compiled.lastIndex = 0;
  return String(compiled.test(text ?? ''));
}

/** REGEXP_REPLACE(subject, pattern, replacement, position, occurrence, parameters). */
function regexpReplace(args: Args): string {
  const [text, source, replacement, position, occurrence, parameters] = args;
  const start = Number(position ?? 1) - 1;
  const compiled = pattern(source ?? '', parameters ?? '', false);
  const wanted = Number(occurrence ?? 0);
  let count = 0;
  const subject = text ?? '';
  const replaced = subject.slice(start).replace(compiled, (...found) => {
    count += 1;
    const [match] = found as string[];
    return wanted === 0 || wanted === count
      ? expand(replacement ?? '', found as (string | undefined)[])
      : (match ?? '');
  });
  return subject.slice(0, start) + replaced;
}

/** `\\1` in the replacement stands for a group. */
function expand(replacement: string, found: readonly (string | undefined)[]): string {
  return replacement.replaceAll(/\\(\d)/g, (_all, group: string) => found[Number(group)] ?? '');
}

/** REGEXP_SUBSTR(subject, pattern, position, occurrence, parameters, group). */
function regexpSubstr([text, source, position, occurrence, parameters, group]: Args):
  string | null {
  const flags = parameters ?? '';
  const compiled = pattern(source ?? '', flags, false);
  const matches = [...(text ?? '').slice(Number(position ?? 1) - 1).matchAll(compiled)];
  const match = matches[Number(occurrence ?? 1) - 1];
  const wanted = Number(group ?? (flags.includes('e') ? 1 : 0));
  return match?.[wanted] ?? null;
}

function regexpCount([text, source, position, parameters]: Args): string {
  const compiled = pattern(source ?? '', parameters ?? '', false);
  return String([...(text ?? '').slice(Number(position ?? 1) - 1).matchAll(compiled)].length);
}

/** The LIKE pattern with an escape character. */
function like([text, source, escape, insensitive]: Args): string {
  let regular = '';
  const chars = Array.from(source ?? '');
  for (let i = 0; i < chars.length; i += 1) {
    const char = chars[i] ?? '';
    if (char === escape && escape !== '') {
      i += 1;
      regular += literal(chars[i] ?? '');
    } else if (char === '%') regular += '[\\s\\S]*';
    else regular += char === '_' ? '[\\s\\S]' : literal(char);
  }
  return String(new RegExp(`^${regular}$`, insensitive === 'i' ? 'iu' : 'u').test(text ?? ''));
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** RANDSTR: a text that the seed decides. */
function randomText([length, seed]: Args): string {
  let text = '';
  for (let block = 0; text.length < Number(length); block += 1) {
    const bytes = createHash('sha256').update(`${seed} ${block}`).digest();
    for (const byte of bytes) text += LETTERS[byte % LETTERS.length];
  }
  return text.slice(0, Number(length));
}

/** A UUID of version 5, RFC 4122. https://docs.snowflake.com/en/sql-reference/functions/uuid_string */
function namedUuid([namespace, name]: Args): string {
  const digest = createHash('sha1')
    .update((namespace ?? '').replaceAll('-', ''), 'hex')
    .update(name ?? '')
    .digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex').slice(0, 32);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

function needsAll(run: TextFunction['run'], count: number): TextFunction {
  return {
    run: (args) => (args.slice(0, count).includes(null) ? null : run(args)),
  };
}

export const TEXT_FUNCTIONS: Readonly<Record<string, TextFunction>> = {
  sf_format_number: { run: format },
  sf_randstr: needsAll(randomText, 2),
  sf_regexp_like: needsAll(regexpLike, 2),
  sf_regexp_replace: needsAll(regexpReplace, 3),
  sf_regexp_substr: needsAll(regexpSubstr, 2),
  sf_regexp_count: needsAll(regexpCount, 2),
  sf_like: needsAll(like, 3),
  sf_sha2: {
    run: ([hex, size]) =>
      createHash(`sha${size}`)
        .update(hex ?? '', 'hex')
        .digest('hex'),
  },
  sf_uuid5: needsAll(namedUuid, 2),
};
