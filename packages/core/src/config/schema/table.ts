import { z } from 'zod';

import { loadOptions } from './load-options.ts';

const name = z.string().min(1);
const names = z.array(name);

export const chunkingTypes = [
  'int',
  'bigint',
  'integer',
  'number',
  'numeric',
  'varchar_numeric',
  'date',
  'timestamp',
  'timestamp_ntz',
  'timestamp_ltz',
  'timestamp_tz',
  'uuid',
  'varchar',
  'text',
] as const;

const overrides = Object.fromEntries(
  Object.entries(loadOptions).map(([key, schema]) => [key, schema.optional()]),
) as { [K in keyof typeof loadOptions]: z.ZodOptional<(typeof loadOptions)[K]> };

const columnsSchema = z.strictObject({
  include: names.min(1).optional().meta({ description: 'Only these source columns travel.' }),
  exclude: names.optional().meta({ description: 'These source columns stay behind.' }),
});

export const tableShape = {
  enabled: z.boolean().default(true).meta({ description: '`false`: the table is left alone.' }),
  source: name.meta({
    description:
      'Source table or view, in the case that Snowflake stores; a quoted name is taken as written.',
  }),
  target: name.meta({ description: 'Target table, in the case that PostgreSQL stores.' }),
  source_filter: z.string().min(1).optional().meta({
    description: 'A SQL condition over the source; passed on as it is.',
  }),
  chunking_columns: names
    .default([])
    .meta({ description: 'Source columns that chunks are cut by.' }),
  chunking_column_types: z.array(z.enum(chunkingTypes)).default([]).meta({
    description: 'Their types, in the same order.',
  }),
  uniqueness_columns: names.default([]).meta({
    description: 'The key of upsert: a unique key of the target.',
  }),
  sort_columns: names.default([]).meta({ description: 'Order inside a chunk.' }),
  source_watermark: name.optional().meta({
    description: "Incremental: rows whose watermark is newer than the target's newest.",
  }),
  target_watermark: name.optional().meta({ description: 'The same column in the target.' }),
  watermark_overlap: z.int().min(0).default(0).meta({
    description: 'Seconds that an incremental load reads again before the newest watermark.',
  }),
  truncate_onstart: z.boolean().default(false).meta({
    description: 'Full refresh: the target is emptied once a run.',
  }),
  truncate_cascade: z.boolean().default(false).meta({
    description: 'TRUNCATE may empty tables outside the run that refer to this one.',
  }),
  refresh: z.enum(['truncate', 'swap']).default('truncate').meta({
    description: 'How a full refresh replaces the rows.',
  }),
  disable_index: z.boolean().default(false).meta({
    description: 'Drop secondary indexes for the load and rebuild them after it.',
  }),
  parallel_threads: z.int().min(1).optional().meta({
    description: 'Chunks of this table in flight at most; overrides the global one.',
  }),
  batch_size: z.int().min(100).optional().meta({
    description: 'Rows a chunk of this table aims at; overrides the global one.',
  }),
  column_mapping: z.record(name, name).default({}).meta({
    description: 'Source column → target column.',
  }),
  columns: columnsSchema.optional().meta({ description: 'Which source columns travel.' }),
  on_row_error: z.enum(['fail', 'quarantine']).default('fail').meta({
    description: 'What becomes of a row that PostgreSQL refuses.',
  }),
  on_unsupported_text: z.enum(['fail', 'strip', 'replace']).default('fail').meta({
    description: 'What becomes of text that PostgreSQL cannot hold (U+0000).',
  }),
  delete_missing: z.enum(['off', 'hard', 'soft']).default('off').meta({
    description: 'What becomes of target rows that the source lacks.',
  }),
  changes: z.enum(['off', 'cdc']).default('off').meta({
    description: "`cdc`: load the source's changes in place of its rows.",
  }),
  ...overrides,
};

export const tableSchema = z
  .strictObject(tableShape)
  .meta({ description: 'One table on its way from a source to a target.' });

export type TableConfig = z.output<typeof tableSchema>;
