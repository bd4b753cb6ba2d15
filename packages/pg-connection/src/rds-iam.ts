import { SnowmeltError } from '@snowmelt/core';

import type { PostgresConnection, SslMode } from './connection.ts';

/** Where TLS may be left out, a server in between could take the token. */
const mayBePlain: readonly (SslMode | undefined)[] = ['disable', 'allow', 'prefer'];

/**
 * The connection with a token of AWS IAM for its password: asked for at every new connection, since
 * a token lets nobody in after 15 minutes, and TLS, without which RDS takes none
 * (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html). Throws
 * `CONFIG.INVALID`.
 */
export function withRdsIam(connection: PostgresConnection): PostgresConnection {
  const { host, port, user } = serverOf(connection);
  const { password, ssl = {} } = connection;
  if (password !== undefined) throw invalid('password', 'auth: rds_iam takes no password');
  if (host === undefined || host.startsWith('/')) {
    throw invalid('host', 'auth: rds_iam needs the host name of the RDS endpoint');
  }
  if (user === undefined) throw invalid('user', 'auth: rds_iam needs a user');
  if (mayBePlain.includes(ssl.mode)) {
    throw invalid('ssl.mode', `auth: rds_iam needs TLS, and ${ssl.mode} can do without`);
  }
  const server = { hostname: host, port, username: user, region: regionOf(host, connection) };
  return {
    ...connection,
    password: tokens(server),
    ssl: { ...ssl, mode: ssl.mode ?? 'verify-full' },
  };
}

/** A token is made for one server, so what the connection leaves out is looked up as libpq does. */
function serverOf({ host, port, user }: PostgresConnection) {
  const { PGHOST, PGPORT, PGUSER } = process.env;
  return { host: host ?? PGHOST, port: port ?? Number(PGPORT ?? 5432), user: user ?? PGUSER };
}

/** `name.id.eu-west-1.rds.amazonaws.com`, also of clusters, proxies and in China. */
const endpoint = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com(?:\.cn)?$/;

function regionOf(host: string, { awsRegion }: PostgresConnection): string {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = awsRegion ?? endpoint.exec(host)?.[1] ?? AWS_REGION ?? AWS_DEFAULT_REGION;
  if (region !== undefined && region !== '') return region;
  throw invalid('aws_region', `${host} does not tell its AWS region`);
}

interface RdsServer {
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly region: string;
}

interface Tokens {
  getAuthToken(): Promise<string>;
}

/**
 * The signer is loaded with the first token (25 ms), and kept, since it keeps the credentials: a
 * token is then made without asking anyone. They come from the default chain: environment, profile,
 * web identity, container, instance.
 */
function tokens(server: RdsServer): () => Promise<string> {
  let signer: Promise<Tokens> | undefined;
  const load = async (): Promise<Tokens> => {
    const { Signer } = await import('@aws-sdk/rds-signer');
    return new Signer(server);
  };
  return async () => {
    signer ??= load();
    const loaded = await signer;
    try {
      return await loaded.getAuthToken();
    } catch (error) {
      throw noToken(server, error);
    }
  };
}

/** The SDK's errors say which providers were asked; keys and tokens are not in them. */
function noToken({ username, hostname, region }: RdsServer, cause: unknown): SnowmeltError {
  const why = cause instanceof Error ? cause.message : 'unknown error';
  return new SnowmeltError(
    'TARGET.AUTH_FAILED',
    `no IAM token for ${username} at ${hostname} (${region}): ${why}`,
    {
      cause,
      fix: 'Give AWS credentials as the AWS SDK looks for them: AWS_ACCESS_KEY_ID, AWS_PROFILE, or the role of the function, container or instance.',
    },
  );
}

function invalid(key: string, problem: string): SnowmeltError {
  const fix = `Correct postgres.${key}, or use auth: password.`;
  return new SnowmeltError('CONFIG.INVALID', `postgres.${key}: ${problem}`, { fix });
}
