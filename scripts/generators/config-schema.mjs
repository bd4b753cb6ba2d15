import { configJsonSchema } from '../../packages/core/src/config/json-schema.ts';

/** packages/core/schema/config.schema.json, which the package ships for editors. */
export function configSchemaFile() {
  return `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;
}
