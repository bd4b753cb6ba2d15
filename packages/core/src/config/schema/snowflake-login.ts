import { z } from 'zod';

import { doc, none } from './key-doc.ts';
import { secret } from './secret-text.ts';

const text = z.string().min(1);

const authenticators = [
  'snowflake',
  'snowflake_jwt',
  'programmatic_access_token',
  'oauth',
  'oauth_client_credentials',
  'oauth_authorization_code',
  'workload_identity',
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

const byVariable = 'Give it by a variable.';

/** Of `oauth_client_credentials` and `oauth_authorization_code`. */
const oauthShape = {
  oauth_client_id: text.optional().meta(
    doc({
      description:
        'Client id of the OAuth client, for `authenticator: oauth_client_credentials` and `oauth_authorization_code`.',
      example: 'snowmelt',
      speed: none,
      safety: none,
    }),
  ),
  oauth_client_secret: secret(text)
    .optional()
    .meta(
      doc({
        description: 'Its secret.',
        example: '${OAUTH_CLIENT_SECRET}',
        speed: none,
        safety: byVariable,
        secret: true,
      }),
    ),
  oauth_token_request_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(
      doc({
        description: 'Where the identity provider gives tokens.',
        example: 'https://idp.example.com/oauth2/token',
        absent: "Snowflake's own",
        speed: none,
        safety: 'Gets the client secret: `http` is taken on this machine only.',
      }),
    ),
  oauth_authorization_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(
      doc({
        description:
          'Where a person logs in at the identity provider, for `oauth_authorization_code`.',
        example: 'https://idp.example.com/oauth2/authorize',
        absent: "Snowflake's own",
        speed: none,
        safety: none,
      }),
    ),
  oauth_redirect_uri: z
    .url({ protocol: /^http$/ })
    .optional()
    .meta(
      doc({
        description: 'Where the browser brings the code to, as the OAuth client allows it.',
        example: 'http://127.0.0.1:8001',
        absent: 'a free port of 127.0.0.1',
        speed: none,
        safety: none,
      }),
    ),
  oauth_scope: text.optional().meta(
    doc({
      description: 'Scope to ask the identity provider for.',
      example: 'session:role:LOADER_ROLE',
      absent: 'made of `role`',
      speed: none,
      safety: none,
    }),
  ),
};

/** Of `workload_identity`: nothing secret lies in a file. */
const workloadShape = {
  workload_identity_provider: z
    .enum(['AWS', 'AZURE', 'GCP', 'OIDC'])
    .optional()
    .meta(
      doc({
        description:
          'Whose word for this machine is taken, for `authenticator: workload_identity`: the cloud it runs in, or `OIDC` with a `token`.',
        example: 'AWS',
        speed: none,
        safety:
          'Hosts other than `*.snowflakecomputing.com` are refused unless `SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES` names them, since whoever gets the proof could use it.',
      }),
    ),
  workload_identity_impersonation_path: z
    .array(text)
    .min(1)
    .optional()
    .meta(
      doc({
        description: 'Roles or service accounts to go through, one after the other: AWS and GCP.',
        example: ['arn:aws:iam::123456789012:role/loader'],
        speed: none,
        safety: none,
      }),
    ),
  workload_identity_entra_resource: text.optional().meta(
    doc({
      description: 'Application ID URI of the Entra resource, on Azure.',
      example: 'api://1111-2222',
      absent: "the driver's",
      speed: none,
      safety: none,
    }),
  ),
  workload_identity_azure_client_id: text.optional().meta(
    doc({
      description: 'Client id of a user-assigned managed identity, on Azure.',
      example: '3333-4444',
      absent: "the machine's only one",
      speed: none,
      safety: none,
    }),
  ),
};

/** Ways to log in, of which a file has one. */
export const loginShape = {
  rsa_key: secret(text)
    .optional()
    .meta(
      doc({
        description:
          'Private key of key-pair login: a PKCS#8 PEM, encrypted or not, with real newlines, `\\n` or none, or its base64 without the BEGIN and END lines, or the path of a file with either, relative to the configuration file. A PKCS#1 key is refused with the openssl line that converts it.',
        example: './loader.p8',
        speed: none,
        safety: 'Keep it out of the file: by its path, or by a variable.',
        secret: true,
      }),
    ),
  rsa_key_passphrase: secret(text)
    .optional()
    .meta(
      doc({
        description: 'Passphrase of an encrypted `rsa_key`.',
        example: '${SNOWFLAKE_KEY_PASSPHRASE}',
        speed: none,
        safety: byVariable,
        secret: true,
      }),
    ),
  password: secret(text)
    .optional()
    .meta(
      doc({
        description: 'Password login.',
        example: '${SNOWFLAKE_PASSWORD}',
        speed: none,
        safety: 'Give it by a variable; prefer `rsa_key` or `token`.',
        secret: true,
      }),
    ),
  token: secret(text)
    .optional()
    .meta(
      doc({
        description:
          'A programmatic access token; an OAuth token with `authenticator: oauth`; the token of `workload_identity_provider: OIDC`.',
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
        'How to log in, where `rsa_key`, `password` or `token` does not say it: `oauth`, `oauth_client_credentials`, `oauth_authorization_code`, `workload_identity`, `externalbrowser`, `username_password_mfa`, or the https URL of Okta.',
      example: 'oauth',
      absent: 'the one that goes with `rsa_key`, `token` or `password`',
      speed: none,
      safety:
        '`externalbrowser`, `oauth_authorization_code` and MFA need a person at every login, of which a run has one a session.',
    }),
  ),
  ...oauthShape,
  ...workloadShape,
};
