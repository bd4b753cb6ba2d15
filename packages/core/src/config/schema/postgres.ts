import { z } from 'zod';

import { doc, none } from './key-doc.ts';
import { settingsShape } from './postgres-settings.ts';
import { secret } from './secret-text.ts';

const text = z.string().min(1);

export const sslModes = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
] as const;

export const sslShape = {
  mode: z
    .enum(sslModes)
    .optional()
    .meta(
      doc({
        description:
          "As libpq's `sslmode`; `allow` and `prefer` use TLS where the server offers it.",
        example: 'verify-full',
        absent: '`prefer` for this machine, `verify-full` for any other host',
        speed: 'TLS costs a little CPU on both sides.',
        safety:
          'Only `verify-full` makes sure of the server; `verify-ca` takes any certificate of the authority, `require` without `ca` any at all.',
      }),
    ),
  ca: text.optional().meta(
    doc({
      description: 'Certificate authority: a PEM, or the path of one.',
      example: './rds-ca.pem',
      absent: 'the authorities that Node trusts',
      speed: none,
      safety: 'With it, `mode: require` verifies the chain too.',
    }),
  ),
  cert: text.optional().meta(
    doc({
      description: 'Client certificate: a PEM, or the path of one. Goes with `key`.',
      example: './client.pem',
      speed: none,
      safety: none,
    }),
  ),
  key: secret(text)
    .optional()
    .meta(
      doc({
        description: "The client certificate's key: a PEM, or the path of one. Goes with `cert`.",
        example: './client.key',
        speed: none,
        safety: 'Keep it out of the file: by its path, or by a variable.',
        secret: true,
      }),
    ),
};

export const postgresShape = {
  schema_owners: z
    .array(text)
    .optional()
    .meta(
      doc({
        description:
          'Roles of yours that may own the schemas `snowmelt` and `migration_status` and what is in them, beside the user itself, the roles it belongs to, the owner of the database and superusers.',
        example: ['snowmelt_admin'],
        absent: 'no others',
        speed: none,
        safety:
          'Triggers and views of an owner run with the rights of whoever writes and reads there: name no role that you would not let do all that the user may.',
      }),
    ),
  host: text.optional().meta(
    doc({
      description:
        'Host name, address, or directory of the socket. Needed where there is no `url`.',
      example: 'db.example.com',
      speed: 'Run near the database: every row crosses this way.',
      safety: none,
    }),
  ),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta(
      doc({
        description: 'Port.',
        example: 5432,
        absent: 'PGPORT, else 5432',
        speed: none,
        safety: 'Of the server or a pooler in session mode for the status database.',
      }),
    ),
  user: text.optional().meta(
    doc({
      description: 'User name. Needed where there is no `url`.',
      example: 'loader',
      speed: none,
      safety:
        'Needs INSERT on the targets, TRUNCATE for full refreshes, and CREATE on the database for the schemas `snowmelt` and `migration_status`, once.',
    }),
  ),
  password: secret(text)
    .optional()
    .meta(
      doc({
        description: 'Password.',
        example: '${PGPASSWORD}',
        absent: 'PGPASSWORD, else the password file',
        speed: none,
        safety: 'Give it by a variable.',
        secret: true,
      }),
    ),
  database: text.optional().meta(
    doc({
      description:
        'A database name, as in libpq. Connections go to `target_pg_database` and to the status database, which name theirs.',
      example: 'warehouse',
      speed: none,
      safety: none,
    }),
  ),
  ssl: z.strictObject(sslShape).optional().meta({ description: 'TLS to PostgreSQL.' }),
  url: secret(z.url({ protocol: /^postgres(ql)?$/ }))
    .optional()
    .meta(
      doc({
        description:
          '`postgresql://user:password@host:port/?sslmode=…`, in place of `host`, `port`, `user`, `password` and `database`.',
        example: 'postgresql://loader@db.example.com:5432/?sslmode=verify-full',
        speed: none,
        safety: 'May hold the password, so it is treated as a secret; give it by a variable.',
        secret: true,
      }),
    ),
  auth: z
    .enum(['password', 'rds_iam'])
    .default('password')
    .meta(
      doc({
        description:
          '`rds_iam`: a token of AWS IAM in place of a password, made anew for each connection, with credentials from where the AWS SDK looks for them. `host` must be the endpoint as RDS names it, and `user` must have the role `rds_iam`.',
        example: 'rds_iam',
        speed: 'The first token loads the signer (25 ms); no token takes a round trip to AWS.',
        safety:
          'No password lies anywhere. TLS is required: `verify-full` unless `ssl.mode` says otherwise, with the authorities of RDS in `ssl.ca`, which Node does not trust by itself.',
      }),
    ),
  aws_region: text.optional().meta(
    doc({
      description: 'AWS region of the server, for `auth: rds_iam`.',
      example: 'eu-west-1',
      absent: 'the one in the host name, else AWS_REGION',
      speed: none,
      safety: none,
    }),
  ),
  settings: z.strictObject(settingsShape).optional().meta({
    description:
      "Settings of Snowmelt's own sessions and transactions on the target; nobody else's change.",
  }),
};

export const postgresSchema = z
  .strictObject(postgresShape)
  .meta({ description: 'How to reach PostgreSQL.' });

export type PostgresConfig = z.output<typeof postgresSchema>;
