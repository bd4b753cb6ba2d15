import { z } from 'zod';

const text = z.string().min(1);

export const snowflakeShape = {
  account: text.meta({ description: 'Account identifier, such as `myorg-account1`.' }),
  user: text.optional().meta({
    description: 'User name. Needed by every login but OAuth.',
  }),
  warehouse: text.optional().meta({ description: 'Warehouse that runs the statements.' }),
  role: text.optional().meta({ description: "Role; the user's default role where it is absent." }),
  rsa_key: text.optional().meta({
    description:
      'Private key of key-pair login: a PKCS#8 PEM, encrypted or not, with real newlines or `\\n`, or the path of one, relative to the configuration file.',
    secret: true,
  }),
  rsa_key_passphrase: text.optional().meta({
    description: 'Passphrase of an encrypted `rsa_key`.',
    secret: true,
  }),
  password: text.optional().meta({ description: 'Password login.', secret: true }),
  token: text.optional().meta({
    description: 'A programmatic access token, or an OAuth token with `authenticator: oauth`.',
    secret: true,
  }),
  authenticator: z
    .union([
      z.enum([
        'snowflake',
        'snowflake_jwt',
        'programmatic_access_token',
        'oauth',
        'externalbrowser',
        'username_password_mfa',
      ]),
      z.url({
        protocol: /^https$/,
        error: 'must be a word such as oauth or externalbrowser, or the https URL of Okta',
      }),
    ])
    .optional()
    .meta({
      description:
        'How to log in, where `rsa_key`, `password` or `token` does not say it: `oauth`, `externalbrowser`, `username_password_mfa`, or the https URL of Okta.',
    }),
  access_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Another endpoint: PrivateLink, a proxy, or the emulator.' }),
};

export const snowflakeSchema = z
  .strictObject(snowflakeShape)
  .meta({ description: 'How to reach Snowflake.' });

export type SnowflakeConfig = z.output<typeof snowflakeSchema>;
