import { z } from 'zod';

import { doc, none } from './key-doc.ts';

/** The way to Snowflake and to its storage. */
export const networkShape = {
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
  proxy: z
    .url({ protocol: /^https?$/ })
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
          'How long Snowflake or its storage may give no answer, and how long data may stand still while they are asked for: then the request is given up and tried again (`max_retry_attempts`). A statement of which Snowflake says that it is running or queued may take as long as it takes. A login has 30 seconds.',
        example: 300,
        absent: '120',
        speed: 'A shorter time finds dead connections sooner.',
        safety:
          'Snowflake itself may hold an answer back for 45 seconds, so that less than 60 would give up what is sound.',
      }),
    ),
};
