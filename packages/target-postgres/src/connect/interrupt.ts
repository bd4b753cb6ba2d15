import { streamOf } from '@snowmelt/pg-connection';
import type { PoolClient } from 'pg';

import type { Databases } from './databases.ts';

/** How long the server has to answer a cancellation before the connection is given up. */
const patienceMs = 2000;

/** The server process behind a transaction, once it has begun. */
export interface Backend {
  pid?: number;
}

export interface Interruption {
  /** No interruption from now on. `reuse`: the connection goes on to other work. */
  end(after: { readonly reuse: boolean }): Promise<void>;
}

/**
 * On abort the statement in hand is cancelled on the server, and the connection is ended where
 * that doesn't help; either way the statement's promise rejects.
 */
export function interruptOnAbort(
  databases: Databases,
  database: string,
  { client, backend }: { readonly client: PoolClient; readonly backend: Backend },
  signal: AbortSignal,
): Interruption {
  let cancelling: Promise<void> | undefined;
  let giveUp: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    cancelling = cancel(databases, database, backend).catch(() => undefined);
    giveUp = setTimeout(() => streamOf(client).destroy(), patienceMs);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  return {
    async end({ reuse }) {
      signal.removeEventListener('abort', interrupt);
      clearTimeout(giveUp);
      // A late cancellation would hit the next user of the connection.
      if (reuse) await cancelling;
    },
  };
}

async function cancel(databases: Databases, database: string, { pid }: Backend): Promise<void> {
  if (pid === undefined) return;
  await databases.beside(database, (beside) =>
    beside.query('SELECT pg_catalog.pg_cancel_backend($1)', [pid]),
  );
}
