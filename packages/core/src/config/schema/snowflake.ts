import { z } from 'zod';

import { doc, none } from './key-doc.ts';
import { loginShape } from './snowflake-login.ts';
import { networkShape } from './snowflake-network.ts';

const text = z.string().min(1);

export const snowflakeShape = {
  connection: z
    .union([z.literal(true), text], { error: 'must be the name of a connection, or true' })
    .optional()
    .meta(
      doc({
        description:
          'Name of a connection in `connections.toml` (or `config.toml`) of `$SNOWFLAKE_HOME`, `~/.snowflake` or the configuration folder of the system, as other clients of Snowflake use it; `true`: the default one (`SNOWFLAKE_DEFAULT_CONNECTION_NAME`, `default_connection_name`, or `default`). What stands here goes before what stands there; a login here replaces the one there.',
        example: 'loader',
        absent: 'no such file is read',
        speed: none,
        safety:
          'The file must belong to whoever runs this, and be closed to others (`chmod 0600`). `SNOWFLAKE_CONNECTIONS_<NAME>_<KEY>` sets a key from the environment.',
      }),
    ),
  account: text.meta(
    doc({
      description:
        'Account identifier: organization and account (`MYORG-ACCOUNT1`), or locator and region (`xy12345.eu-central-1`). An underscore is written as a hyphen in the host name.',
      example: 'MYORG-ACCOUNT1',
      speed: none,
      safety: none,
    }),
  ),
  user: text.optional().meta(
    doc({
      description: 'User name. Needed by every login but OAuth and workload identity.',
      example: 'LOADER',
      speed: none,
      safety: 'Must be able to read the tables; nothing is written but to the stage of an unload.',
    }),
  ),
  warehouse: text.optional().meta(
    doc({
      description: 'Warehouse that runs the statements.',
      example: 'LOAD_WH',
      absent: 'the default of the user',
      speed: 'Its size decides how fast unloads are rendered and compressed.',
      safety: none,
    }),
  ),
  role: text.optional().meta(
    doc({
      description: 'Role of the sessions.',
      example: 'LOADER_ROLE',
      absent: 'the default of the user',
      speed:
        'Where nothing can be unloaded (CREATE STAGE on the schema, policies of the account), `extract: auto` reads by query and says why.',
      safety: 'Needs USAGE on warehouse, database and schema, and SELECT on the tables.',
    }),
  ),
  ...loginShape,
  ...networkShape,
};

export const snowflakeSchema = z
  .strictObject(snowflakeShape)
  .meta({ description: 'How to reach Snowflake.' });

export type SnowflakeConfig = z.output<typeof snowflakeSchema>;
