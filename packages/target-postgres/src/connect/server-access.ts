import { Client, type ClientConfig } from 'pg';

import { resolveConnection, tlsOptions } from '@snowmelt/pg-connection';

import type { PostgresTargetOptions } from './connection-options.ts';

/** How to get at the server, with every default resolved. */
export interface ServerAccess {
  readonly host: string;
  readonly port: number;
  /** Absent: whom the driver takes. */
  readonly user?: string;
  clientConfig(database: string): Promise<ClientConfig>;
  /** Only connecting has a time limit, not waiting for a free connection: pg has one word for both. */
  readonly Client: typeof Client;
}

export function serverAccess(options: PostgresTargetOptions): ServerAccess {
  const connection = resolveConnection(options.connection);
  const host = connection.host ?? process.env['PGHOST'] ?? 'localhost';
  const port = connection.port ?? Number(process.env['PGPORT'] ?? 5432);
  const timeoutMs = (options.settings?.connectTimeoutSeconds ?? 15) * 1000;
  const { password, ssl = {} } = connection;
  const user = connection.user ?? process.env['PGUSER'];
  return {
    host,
    port,
    ...(user === undefined ? {} : { user }),
    Client: timedClient(timeoutMs),
    clientConfig: async (database) => ({
      host,
      port,
      database,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ssl: await tlsOptions(ssl, { host, port }, timeoutMs),
      application_name: 'snowmelt',
      keepAlive: true,
      keepAliveInitialDelayMillis: 30_000,
    }),
  };
}

function timedClient(connectionTimeoutMillis: number): typeof Client {
  return class extends Client {
    constructor(config: ClientConfig = {}) {
      // Named, since a pool hides the password from enumeration (P7), and so from the spread.
      const { password } = config;
      const given = password === undefined ? {} : { password };
      super({ ...config, ...given, connectionTimeoutMillis });
    }
  };
}
