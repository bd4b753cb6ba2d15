import { z } from 'zod';

import { doc, none } from './key-doc.ts';
import { tableSchema } from './table.ts';

const name = z.string().min(1);

export const sourceShape = {
  source_name: name.meta(
    doc({
      description:
        'Names the source for `--source` and in the status tables: unique, without commas.',
      example: 'sales',
      speed: none,
      safety: 'A renamed source is another one: its earlier runs are not gone on with.',
    }),
  ),
  enabled: z
    .boolean()
    .default(true)
    .meta(
      doc({
        description: '`false`: the source is left alone.',
        example: true,
        speed: none,
        safety: 'Its tables are checked for mistakes all the same.',
      }),
    ),
  source_sf_database: name.meta(
    doc({
      description:
        'Snowflake database, in the case that Snowflake stores, or as `source` without quotes.',
      example: 'SALES',
      speed: none,
      safety: none,
    }),
  ),
  source_sf_schema: name.meta(
    doc({
      description:
        'Snowflake schema, in the case that Snowflake stores, or as `source` without quotes.',
      example: 'PUBLIC',
      speed: none,
      safety: none,
    }),
  ),
  target_pg_database: name.meta(
    doc({
      description: 'PostgreSQL database. It must exist.',
      example: 'warehouse',
      speed: none,
      safety: 'Holds the schema `snowmelt` with the ledger beside the rows.',
    }),
  ),
  target_pg_schema: name.meta(
    doc({
      description: 'PostgreSQL schema; created where it is missing.',
      example: 'sales',
      speed: none,
      safety: none,
    }),
  ),
  defaults: z
    .record(z.string(), z.unknown())
    .optional()
    .meta(
      doc({
        description:
          'Keys of `tables[]` that hold for every table of the source which does not say otherwise.',
        example: { truncate_onstart: true, refresh: 'swap' },
        absent: 'none',
        speed: none,
        safety: 'Part of each table, as if it stood there.',
      }),
    ),
  tables: z.array(tableSchema).meta({ description: 'The tables to move.' }),
};

export const sourceSchema = z
  .strictObject(sourceShape)
  .meta({ description: 'Tables that share a Snowflake schema and a PostgreSQL schema.' });

export type SourceConfig = z.output<typeof sourceSchema>;
