import { z } from 'zod';

/** What a table says of its load, and the whole file for all tables that do not say it. */
export const loadOptions = {
  extract: z.enum(['auto', 'unload', 'query']).meta({
    description:
      '`unload`: files through a stage, for volume. `query`: one SELECT a chunk. `auto`: by size.',
  }),
  snapshot: z.enum(['auto', 'required', 'off']).meta({
    description:
      'One point in time for all chunks (Time Travel). `required` refuses an object that has none; `auto` says so in the plan.',
  }),
  schema_evolution: z.enum(['create_and_add', 'create', 'off']).meta({
    description:
      'What may change in the target: missing tables are created (`create`), missing columns added as well (`create_and_add`), or nothing (`off`).',
  }),
  verify: z.enum(['off', 'count', 'digest']).meta({
    description: 'How source and target are compared after the load.',
  }),
  insert_only_mode: z.boolean().meta({
    description: 'A row whose key exists in the target is left alone, row by row.',
  }),
  stage: z
    .string()
    .regex(/^@./, 'must begin with @, such as @db.schema.stage/path')
    .meta({ description: "The user's own stage for unloads, as Snowflake SQL writes it." }),
  query_tag: z
    .string()
    .min(1)
    .max(2000)
    .meta({ description: "QUERY_TAG of the run's sessions in Snowflake." }),
};
