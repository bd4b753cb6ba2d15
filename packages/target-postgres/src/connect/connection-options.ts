import type { PostgresConnection } from '@snowmelt/pg-connection';

export interface PostgresTargetSettings {
  /** How long a lock of the target table is waited for. Default 60; 0: without end. */
  readonly lockTimeoutSeconds?: number;
  /** How long a new connection may take. Default 15. */
  readonly connectTimeoutSeconds?: number;
}

export interface PostgresTargetOptions {
  readonly connection: PostgresConnection;
  /** Connections to each database at most. Default 10. Further work waits for one. */
  readonly maxConnections?: number;
  readonly settings?: PostgresTargetSettings;
}
