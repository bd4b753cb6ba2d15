export type PostgresOrigin = 'url' | 'container' | 'embedded';

/** Where a server can be reached, as its superuser. */
export interface ServerAddress {
  /** `postgresql://user:password@host:port/database` of the maintenance database. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A running PostgreSQL for tests. Disposing it stops a server that it started. */
export interface TestPostgres extends ServerAddress, AsyncDisposable {
  readonly origin: PostgresOrigin;
  /** As `SHOW server_version` says it, such as `18.4`. */
  readonly version: string;
  /** The embedded server's directory, with its data and its `server.log`. */
  readonly directory?: string;
  /** Creates an empty database (by default with a name not used before) and returns its URL. */
  createDatabase(name?: string): Promise<string>;
  /** `kill -9`, and a start on the same data and port; of an embedded server only. */
  readonly crash?: () => Promise<void>;
  stop(): Promise<void>;
}

/** The newest version, which is the default, and the oldest one that is supported. */
export type PostgresVersion = 18 | 14;

export interface PostgresOptions {
  /** Insists on one origin; without it the first that is to be had is taken. */
  readonly origin?: PostgresOrigin;
  /** `true` keeps fsync on, as a production server has it. Default `false`: faster tests. */
  readonly durable?: boolean;
  /** Further server settings. A server given by URL keeps its own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether an embedded server keeps a copy of its first data for others to begin with. */
  readonly keepsTemplate?: boolean;
  /** The major version; a server given by URL is taken as it is. */
  readonly version?: PostgresVersion;
}

/** A server that an origin has started. */
export interface StartedServer {
  readonly address: ServerAddress;
  readonly directory?: string;
  readonly crash?: () => Promise<void>;
  stop(): Promise<void>;
}
