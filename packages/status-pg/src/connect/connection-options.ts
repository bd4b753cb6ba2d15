import type { Finding } from '@snowmelt/core';
import type { Outage, PostgresConnection, Silence } from '@snowmelt/pg-connection';

export interface PostgresStatusOptions {
  /**
   * The server must be reached directly or through a pooler in session mode: a run is held by
   * locks of a session.
   */
  readonly connection: PostgresConnection;
  /**
   * `migrate` upgrades the schema of the earlier tool also where that was at work in the last week,
   * and would fail from then on. Default false: it is refused.
   */
  readonly upgradeEarlierTool?: boolean;
  /** Told before `migrate` upgrades the schema of the earlier tool: what that means, and the way back. */
  readonly onUpgrade?: (told: Pick<Finding, 'message' | 'fix'>) => void;
  /** Further roles that may own the schema `migration_status` and what is in it. Default: none. */
  readonly schemaOwners?: readonly string[];
  /** How long a chunk stays with a worker that does not renew. Default 60. */
  readonly leaseSeconds?: number;
  /** How long calls are repeated while a server that was there is away. Default 120. */
  readonly outageSeconds?: number;
  /** How often the connection that holds a run is looked at. Default 10. */
  readonly heartbeatSeconds?: number;
  /** How long the opening of a run waits for that of another one. Default 60. */
  readonly openSeconds?: number;
  /** How long a new connection may take. Default 15. */
  readonly connectTimeoutSeconds?: number;
  /** Connections at most, beside one for each run that is open here. Default 5. */
  readonly maxConnections?: number;
  /** Told of each wait for a server that is away. */
  readonly onOutage?: (outage: Outage) => void;
  /** How long the server may give no sign of life while it is waited for. Default 60. */
  readonly silenceSeconds?: number;
  /** Told of waits that last. */
  readonly onSilence?: (silence: Silence) => void;
}
