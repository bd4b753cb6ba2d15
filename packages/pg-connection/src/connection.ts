import type { SecretText } from '@snowmelt/core';

/** As libpq's `sslmode`; certificates are verified by `verify-ca` and `verify-full`. */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface PostgresSsl {
  /** Default: `prefer` for this machine (loopback, socket), `verify-full` for any other host. */
  readonly mode?: SslMode;
  /** Each a PEM, or the path of a PEM file. Without `ca`, Node's own authorities are trusted. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: SecretText;
}

/**
 * How to reach a PostgreSQL server, in libpq's words. What is left out is taken from `url`, then
 * from PGHOST, PGPORT, PGUSER, PGPASSWORD and the password file.
 */
export interface PostgresConnection {
  /** `postgresql://user:password@host:port/database?sslmode=…` */
  readonly url?: SecretText;
  /** A host name, an address, or the folder of a Unix socket. */
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  /** A function is asked for every new connection, as tokens with a short life need. */
  readonly password?: SecretText | (() => Promise<string>);
  /** `rds_iam`: tokens of AWS IAM in place of a password. Default `password`. */
  readonly auth?: 'password' | 'rds_iam';
  /** Of `rds_iam`. Default: what the host name says, then AWS_REGION. */
  readonly awsRegion?: string;
  /** Not used by a target, whose tables name their databases. */
  readonly database?: string;
  readonly ssl?: PostgresSsl;
}
