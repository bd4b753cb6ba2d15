import { Server } from '@snowmelt/pg-connection';

import type { PostgresTargetOptions } from './connection-options.ts';
import { targetFaults } from './fault-names.ts';
import { beginnings, timeLimits, type Beginnings, type TimeLimits } from './session-settings.ts';

/** Beside the pool, in the same command: three of a status store, and one for looks at the others. */
const besidePool = 4;

/** The databases of a server, each with a pool of its own, and what is configured for work on them. */
export class Databases extends Server implements TimeLimits {
  readonly begin: Beginnings;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** The memory of index builds is as configured, so nothing is added to it. */
  readonly givenBuildMemory: boolean;
  /** To each database. */
  readonly maxConnections: number;
  /** Further roles that may own the ledger. */
  readonly schemaOwners: readonly string[];
  /** When sessions of a name were first seen to begin here; see transaction.ts. */
  readonly firstHeard = new Map<string, number>();

  constructor(options: PostgresTargetOptions) {
    const { maxConnections = 10, settings = {}, schemaOwners = [] } = options;
    const { lockTimeoutMs, statementTimeoutMs } = timeLimits(settings);
    super({
      ...options,
      connectTimeoutSeconds: settings.connectTimeoutSeconds,
      silenceSeconds: settings.networkTimeoutSeconds,
      application: 'snowmelt',
      maxConnections,
      names: targetFaults,
      scene: { connections: maxConnections + besidePool, statementTimeoutMs },
    });
    this.begin = beginnings(settings);
    this.lockTimeoutMs = lockTimeoutMs;
    this.statementTimeoutMs = statementTimeoutMs;
    this.givenBuildMemory = settings.maintenanceWorkMem !== undefined;
    this.maxConnections = maxConnections;
    this.schemaOwners = schemaOwners;
  }
}
