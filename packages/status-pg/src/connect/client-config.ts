import type { ClientConfig } from 'pg';

import { resolveConnection, tlsOptions } from '@snowmelt/pg-connection';

import type { PostgresStatusOptions } from './connection-options.ts';
import type { WhereStatus } from './translate-error.ts';

/** Host, port and database, for messages. */
export function serverName({ connection }: PostgresStatusOptions): string {
  const { host, port, database } = place(resolveConnection(connection));
  return `${host}:${port}, database ${database ?? 'of the user'}`;
}

function place(connection: { host?: string; port?: number; database?: string }) {
  return {
    host: connection.host ?? process.env['PGHOST'] ?? 'localhost',
    port: connection.port ?? Number(process.env['PGPORT'] ?? 5432),
    database: connection.database ?? process.env['PGDATABASE'],
  };
}

/** For what is said of an error. */
export function whoAndWhere({ connection }: PostgresStatusOptions): WhereStatus {
  const resolved = resolveConnection(connection);
  return {
    role: resolved.user ?? process.env['PGUSER'],
    database: place(resolved).database,
  };
}

/** TLS is settled by asking the server, so the answer takes a moment. */
export function clientConfig(options: PostgresStatusOptions): () => Promise<ClientConfig> {
  const connection = resolveConnection(options.connection);
  const { host, port, database } = place(connection);
  const connectionTimeoutMillis = (options.connectTimeoutSeconds ?? 15) * 1000;
  return async () => ({
    host,
    port,
    ...(database === undefined ? {} : { database }),
    ...(connection.user === undefined ? {} : { user: connection.user }),
    ...(connection.password === undefined ? {} : { password: connection.password }),
    ssl: await tlsOptions(connection.ssl ?? {}, { host, port }, connectionTimeoutMillis),
    application_name: 'snowmelt status',
    connectionTimeoutMillis,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
}
