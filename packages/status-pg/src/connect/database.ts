import { waits } from '@snowmelt/core';
import { refuseStranger, Server, type Session, type Work } from '@snowmelt/pg-connection';
import type { Client } from 'pg';

import type { PostgresStatusOptions } from './connection-options.ts';
import { statusFaults } from './fault-names.ts';

/**
 * After a failover the old server may never answer, and the network not say so for a quarter of an
 * hour. No statement of the pool takes as long as this.
 */
const statementMs = waits['status.call'].seconds * 1000;

/** The database of the status schema. */
export class Database extends Server {
  /** How long one openRun waits for another. */
  readonly openSeconds: number;
  /** Between two looks at a connection that holds a run, and for an answer. */
  readonly beatMs: number;

  constructor(options: PostgresStatusOptions) {
    const { maxConnections = 5, openSeconds = 60, heartbeatSeconds = 10 } = options;
    const schema = { schema: 'migration_status', code: 'STATUS.SCHEMA_OWNER' } as const;
    const greet = ({ rows }: Session) =>
      refuseStranger(rows, { ...schema, trusted: options.schemaOwners });
    super({
      ...options,
      application: 'snowmelt status',
      maxConnections,
      names: statusFaults,
      passing: ['cancelled', 'locked'],
      sessions: { statementMs, greet },
    });
    this.openSeconds = openSeconds;
    this.beatMs = heartbeatSeconds * 1000;
  }

  /** Work whose statements are a transaction each. */
  run<T>(work: Work<T>): Promise<T> {
    return this.session({}, work);
  }

  /** The same, as one transaction. */
  transaction<T>(work: Work<T>): Promise<T> {
    return this.run((session, again) => session.transaction(() => work(session, again)));
  }

  /** Work on a connection that may hold a run, which `work` ends or hands on. */
  own<T>(work: (session: Session, client: Client, again: boolean) => Promise<T>): Promise<T> {
    return this.apart(owner, work);
  }

  /** Such a connection, which the caller ends. Not repeated, errors as they are. */
  connectOwner(): Promise<Client> {
    return this.connectApart(owner);
  }
}

const owner = 'snowmelt owner';
