import { z } from 'zod';

import { doc, none } from './key-doc.ts';

const text = z.string().min(1);

const authenticators = [
  'snowflake',
  'snowflake_jwt',
  'programmatic_access_token',
  'oauth',
  'externalbrowser',
  'username_password_mfa',
] as const;

const authenticator = z.union([
  z.enum(authenticators),
  z.url({
    protocol: /^https$/,
    error: 'must be a word such as oauth or externalbrowser, or the https URL of Okta',
  }),
]);

/** Ways to log in, of which a file has one. */
const loginShape = {
  rsa_key: text.optional().meta(
    doc({
      description:
        'Private key of key-pair login: a PKCS#8 PEM, encrypted or not, with real newlines or `\\n`, or the path of one, relative to the configuration file. A PKCS#1 key is refused with the openssl line that converts it.',
      example: './loader.p8',
      speed: none,
      safety: 'Keep it out of the file: by its path, or by a variable.',
      secret: true,
    }),
  ),
  rsa_key_passphrase: text.optional().meta(
    doc({
      description: 'Passphrase of an encrypted `rsa_key`.',
      example: '${SNOWFLAKE_KEY_PASSPHRASE}',
      speed: none,
      safety: 'Give it by a variable.',
      secret: true,
    }),
  ),
  password: text.optional().meta(
    doc({
      description: 'Password login.',
      example: '${SNOWFLAKE_PASSWORD}',
      speed: none,
      safety: 'Give it by a variable; prefer `rsa_key` or `token`.',
      secret: true,
    }),
  ),
  token: text.optional().meta(
    doc({
      description: 'A programmatic access token, or an OAuth token with `authenticator: oauth`.',
      example: '${SNOWFLAKE_TOKEN}',
      speed: none,
      safety:
        'Give it by a variable. A token that ends during a run fails it; a new one resumes it.',
      secret: true,
    }),
  ),
  authenticator: authenticator.optional().meta(
    doc({
      description:
        'How to log in, where `rsa_key`, `password` or `token` does not say it: `oauth`, `externalbrowser`, `username_password_mfa`, or the https URL of Okta.',
      example: 'oauth',
      absent: 'the one that goes with `rsa_key`, `token` or `password`',
      speed: none,
      safety: '`externalbrowser` and MFA need a person at every login.',
    }),
  ),
};

export const snowflakeShape = {
  account: text.meta(
    doc({
      description: 'Account identifier.',
      example: 'MYORG-ACCOUNT1',
      speed: none,
      safety: none,
    }),
  ),
  user: text.optional().meta(
    doc({
      description: 'User name. Needed by every login but OAuth.',
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
      speed: 'Without CREATE STAGE on the schema, `extract: auto` reads by query.',
      safety: 'Needs USAGE on warehouse, database and schema, and SELECT on the tables.',
    }),
  ),
  ...loginShape,
  access_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(
      doc({
        description: 'Another endpoint: PrivateLink, a proxy, or the emulator.',
        example: 'https://myorg-account1.privatelink.snowflakecomputing.com',
        absent: "the account's own",
        speed: none,
        safety: '`http` sends credentials and rows in the clear: for the emulator only.',
      }),
    ),
};

export const snowflakeSchema = z
  .strictObject(snowflakeShape)
  .meta({ description: 'How to reach Snowflake.' });

export type SnowflakeConfig = z.output<typeof snowflakeSchema>;
