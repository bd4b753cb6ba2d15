import { z } from 'zod';

import { loadOptions } from './load-options.ts';
import { postgresSchema } from './postgres.ts';
import { snowflakeSchema } from './snowflake.ts';
import { sourceSchema } from './source.ts';

export const globalShape = {
  status_tracking_database: z.string().min(1).optional().meta({
    description: 'Database of the status schema; by default the first target database.',
  }),
  parallel_threads: z.int().min(1).default(4).meta({ description: 'Chunks in flight.' }),
  batch_size: z.int().min(100).default(25_000).meta({
    description: 'Rows a chunk aims at when a table is read by query.',
  }),
  batch_size_copy_mode: z.int().min(100).optional().meta({
    description: 'The same for chunks that are COPYed; by default `batch_size`.',
  }),
  max_retry_attempts: z.int().min(1).max(10).default(3).meta({
    description: 'Tries a chunk, with waits of 4 s, 8 s, … 60 s between them.',
  }),
  lambda_timeout_buffer_seconds: z.int().min(10).max(600).default(120).meta({
    description: 'On Lambda: no new chunk when less time is left.',
  }),
  insert_only_mode: loadOptions.insert_only_mode.default(false),
  extract: loadOptions.extract.default('auto'),
  snapshot: loadOptions.snapshot.default('auto'),
  schema_evolution: loadOptions.schema_evolution.default('create'),
  verify: loadOptions.verify.default('count'),
  stage: loadOptions.stage.optional(),
  query_tag: loadOptions.query_tag.optional(),
};

/** The whole configuration file; its docs and its JSON Schema are generated from this. */
export const configSchema = z
  .strictObject({
    snowflake: snowflakeSchema,
    postgres: postgresSchema,
    ...globalShape,
    sources: z.array(sourceSchema).min(1).meta({ description: 'What to move.' }),
  })
  .meta({ title: 'Snowmelt configuration' });

export type Config = z.output<typeof configSchema>;
