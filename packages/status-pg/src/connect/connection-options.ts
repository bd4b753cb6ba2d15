/** As libpq's `sslmode`; certificates are verified by `verify-ca` and `verify-full`. */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface StatusSsl {
  /** Default: `prefer` for this machine (loopback, socket), `verify-full` for any other host. */
  readonly mode?: SslMode;
  /** Each a PEM, or the path of a PEM file. Without `ca`, Node's own authorities are trusted. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * How to reach the status database, in libpq's words. What is left out is taken from `url`, then
 * from PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE. The server must be reached directly or
 * through a pooler in session mode: a run is held by locks of a session.
 */
export interface StatusConnection {
  /** `postgresql://user:password@host:port/database?sslmode=…` */
  readonly url?: string;
  /** A host name, an address, or the folder of a Unix socket. */
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  /** A function is asked for every new connection, as tokens with a short life need. */
  readonly password?: string | (() => Promise<string>);
  readonly database?: string;
  readonly ssl?: StatusSsl;
}

export interface PostgresStatusOptions {
  readonly connection: StatusConnection;
  /** How long a chunk stays with a worker that does not renew. Default 60. */
  readonly leaseSeconds?: number;
  /** How long calls are repeated while a server that was there is away. Default 120. */
  readonly outageSeconds?: number;
  /** How often the connection that holds a run is looked at. Default 10. */
  readonly heartbeatSeconds?: number;
  /** How long a new connection may take. Default 15. */
  readonly connectTimeoutSeconds?: number;
  /** Connections at most, beside one for each run that is open here. Default 5. */
  readonly maxConnections?: number;
}
