import { z } from 'zod';

import { isPlainObject } from './plain-object.ts';
import { unwrap } from './problems.ts';
import { configSchema, type Config } from './schema/config.ts';

/** A copy with `***` in the place of every key that the schema marks as secret. */
export function redact(config: Config): Config {
  return redactBy(configSchema, config) as Config;
}

function redactBy(schema: z.ZodType, value: unknown): unknown {
  if (value !== undefined && isSecret(schema)) return '***';
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item) => redactBy(inner.element as z.ZodType, item));
  }
  if (!(inner instanceof z.ZodObject) || !isPlainObject(value)) return value;
  const shape: Record<string, z.ZodType> = inner.shape;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const known = shape[key];
      // What the schema does not know can't be told from a secret.
      return [key, known === undefined ? '***' : redactBy(known, item)];
    }),
  );
}

function isSecret(schema: z.ZodType): boolean {
  return schema.meta()?.['secret'] === true;
}
