import { z } from 'zod';

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
  mode: z.enum(sslModes).optional().meta({
    description:
      "As libpq's `sslmode`; by default `prefer` for this machine and `verify-full` for any other host.",
  }),
  ca: text.optional().meta({ description: 'Certificate authority: a PEM, or the path of one.' }),
  cert: text.optional().meta({ description: 'Client certificate: a PEM, or the path of one.' }),
  key: text.optional().meta({
    description: "The client certificate's key: a PEM, or the path of one.",
    secret: true,
  }),
};

export const postgresShape = {
  host: text.optional().meta({ description: 'Host name, or directory of the socket.' }),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta({ description: 'Port; 5432 where it is absent.' }),
  user: text.optional().meta({ description: 'User name.' }),
  password: text.optional().meta({ description: 'Password.', secret: true }),
  database: text.optional().meta({
    description: 'Database to connect to first; tables name theirs with `target_pg_database`.',
  }),
  ssl: z.strictObject(sslShape).optional().meta({ description: 'TLS to PostgreSQL.' }),
  url: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .meta({
      description: '`postgresql://user:password@host:port/database`, in place of the single keys.',
      secret: true,
    }),
  auth: z.enum(['password', 'rds_iam']).default('password').meta({
    description: '`rds_iam`: a token of AWS IAM in place of a password.',
  }),
};

export const postgresSchema = z
  .strictObject(postgresShape)
  .meta({ description: 'How to reach PostgreSQL.' });

export type PostgresConfig = z.output<typeof postgresSchema>;
