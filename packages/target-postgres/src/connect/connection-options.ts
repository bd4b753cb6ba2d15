import type { Outage, PostgresConnection, Silence } from '@snowmelt/pg-connection';

export type SynchronousCommit = 'off' | 'local' | 'on' | 'remote_write' | 'remote_apply';

export interface PostgresTargetSettings {
  /** How long a lock of the target table is waited for. Default 60; 0: without end. */
  readonly lockTimeoutSeconds?: number;
  /** How long one statement may take. Default 0: without end, whatever the server or role says. */
  readonly statementTimeoutSeconds?: number;
  /** Of an index build, such as `512MB`. Default: 256MB, or the server's where that is more. */
  readonly maintenanceWorkMem?: string;
  /** What COMMIT of a chunk waits for. Default `off`; publish waits for the disk anyway. */
  readonly synchronousCommit?: SynchronousCommit;
  /** How long a new connection may take. Default 15. */
  readonly connectTimeoutSeconds?: number;
  /** No chunk is begun while a standby is further behind. Default: nobody looks. */
  readonly maxReplicaLagSeconds?: number;
  /**
   * How long the server may give no sign of life while it is waited for; a statement that it shows at
   * work is one. Default 60.
   */
  readonly networkTimeoutSeconds?: number;
}

export interface PostgresTargetOptions {
  readonly connection: PostgresConnection;
  /** Connections to each database at most. Default 10. Further work waits for one. */
  readonly maxConnections?: number;
  readonly settings?: PostgresTargetSettings;
  /** Further roles that may own the schema `snowmelt` and what is in it. Default: none. */
  readonly schemaOwners?: readonly string[];
  /** How long a server that was there is waited for while it is away. Default 120. */
  readonly outageSeconds?: number;
  /** Told of each such wait. */
  readonly onOutage?: (outage: Outage) => void;
  /** Told of waits that last. */
  readonly onSilence?: (silence: Silence) => void;
}
