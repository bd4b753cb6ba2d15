import { z } from 'zod';

import { isPlainObject } from './plain-object.ts';
import { unwrap } from './problems.ts';
import { configSchema, type Config } from './schema/config.ts';

/** What `config show` prints: strings in the places of secrets, and a user in a URL is one, too. */
export type ShownConfig = Shown<Config>;

type Shown<T> = T extends string | number | boolean | undefined
  ? T
  : T extends { reveal(): string }
    ? string
    : { readonly [Key in keyof T]: Shown<T[Key]> };

/** A copy with `***` in the place of every key that the schema marks as secret. */
export function redact(config: Config): ShownConfig {
  return redactBy(configSchema, config) as ShownConfig;
}

function redactBy(schema: z.ZodType, value: unknown): unknown {
  if (value !== undefined && isSecret(schema)) return '***';
  if (typeof value === 'string') return withoutUser(value);
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item) => redactBy(inner.element as z.ZodType, item));
  }
  if (!(inner instanceof z.ZodObject) || !isPlainObject(value)) return value;
  const shape: Record<string, z.ZodType> = inner.shape;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const known = Object.hasOwn(shape, key) ? shape[key] : undefined;
      // What the schema does not know can't be told from a secret.
      return [key, known === undefined ? '***' : redactBy(known, item)];
    }),
  );
}

function isSecret(schema: z.ZodType): boolean {
  return schema.meta()?.['secret'] === true;
}

/** RFC 3986, section 3.2.1: user and password end at the last `@` before the path. */
function withoutUser(text: string): string {
  return text.replaceAll(/(?<=\b[a-z][a-z\d+.-]*:\/\/)[^\s/?#]*@/giu, '***@');
}
