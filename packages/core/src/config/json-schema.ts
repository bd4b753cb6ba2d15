import { z } from 'zod';

import { configSchema } from './schema/config.ts';

/**
 * The JSON Schema of the configuration file, for editors. Keys that begin with `_` or `$` are
 * comments, and everything may be written as a variable, which only the parser can judge.
 */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type !== 'object' || jsonSchema.properties === undefined) return;
      jsonSchema.patternProperties = { '^[_$]': {} };
    },
  });
}
