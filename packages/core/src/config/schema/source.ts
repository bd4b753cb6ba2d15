import { z } from 'zod';

import { tableSchema } from './table.ts';

const name = z.string().min(1);

export const sourceShape = {
  source_name: name.meta({ description: 'Unique; `--source` and the status tables name it.' }),
  enabled: z.boolean().default(true).meta({ description: '`false`: the source is left alone.' }),
  source_sf_database: name.meta({ description: 'Snowflake database.' }),
  source_sf_schema: name.meta({ description: 'Snowflake schema.' }),
  target_pg_database: name.meta({ description: 'PostgreSQL database.' }),
  target_pg_schema: name.meta({ description: 'PostgreSQL schema.' }),
  tables: z.array(tableSchema).meta({ description: 'The tables to move.' }),
};

export const sourceSchema = z
  .strictObject(sourceShape)
  .meta({ description: 'Tables that share a Snowflake schema and a PostgreSQL schema.' });

export type SourceConfig = z.output<typeof sourceSchema>;
