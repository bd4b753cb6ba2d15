import { z } from 'zod';

import { doc, none } from './key-doc.ts';
import { secret } from './secret-text.ts';
import { loginShape } from './snowflake-login.ts';

/** The way to Snowflake and to its storage. */
const networkShape = {
  access_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(
      doc({
        description: 'Another endpoint: PrivateLink, a proxy, or the emulator.',
        example: 'https://myorg-account1.privatelink.snowflakecomputing.com',
        absent: "the account's own",
        speed: none,
        safety:
          '`http` sends credentials and rows in the clear, and is taken for this machine only (the emulator, a tunnel), see `allow_plain_http`.',
      }),
    ),
  allow_plain_http: z
    .boolean()
    .optional()
    .meta(
      doc({
        description: '`true`: an `access_url` of `http` may lead to another machine.',
        example: false,
        absent: '`false`',
        speed: none,
        safety: 'Credentials and rows go over the network in the clear.',
      }),
    ),
  proxy: secret(z.url({ protocol: /^https?$/ }))
    .optional()
    .meta(
      doc({
        description: 'HTTP proxy for Snowflake and its storage: `http://user:password@host:port`.',
        example: 'http://proxy.example.com:3128',
        absent: '`HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` of the environment, in either case',
        speed: 'Files and results pass through it.',
        safety: 'May hold a password: give it by a variable.',
        secret: true,
      }),
    ),
  no_proxy: z
    .array(z.string().min(1))
    .optional()
    .meta(
      doc({
        description:
          'Hosts that are reached without `proxy`: names, `.domain` for all below it, `*` for any characters.',
        example: ['.privatelink.snowflakecomputing.com', '*.s3.eu-central-1.amazonaws.com'],
        absent: 'none; without `proxy`, `NO_PROXY` of the environment',
        speed: none,
        safety: none,
      }),
    ),
  network_timeout_seconds: z
    .int()
    .min(60)
    .max(3600)
    .optional()
    .meta(
      doc({
        description:
          'How long Snowflake may give no answer: then the request is given up and tried again (`max_retry_attempts`). A statement of which Snowflake says that it is running or queued may take as long as it takes.',
        example: 300,
        absent: '120',
        speed: 'A shorter time finds dead connections sooner.',
        safety:
          'Snowflake itself may hold an answer back for 45 seconds, so that less than 60 would give up what is sound.',
      }),
    ),
  download_timeout_seconds: z
    .int()
    .min(5)
    .max(3600)
    .optional()
    .meta(
      doc({
        description:
          'How long storage may give no answer, and how long the data of a result or a staged file may stand still while they are asked for: then they are asked for again, from where they broke.',
        example: 60,
        absent: '30',
        speed: 'A shorter time finds dead connections sooner.',
        safety: 'No row is loaded twice: what was given is known by its length and checksum.',
      }),
    ),
  login_timeout_seconds: z
    .int()
    .min(5)
    .max(600)
    .optional()
    .meta(
      doc({
        description: 'Longest time of a login; one in a browser has two minutes more.',
        example: 60,
        absent: '30',
        speed: none,
        safety: none,
      }),
    ),
};

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
