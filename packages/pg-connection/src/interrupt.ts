import type { PoolClient } from 'pg';

import type { ServerAccess } from './server-access.ts';
import { streamOf } from './silence/watch-silence.ts';

/** How long the server has to answer a cancellation before the connection is given up. */
const patienceMs = 2000;

export interface Interruptible extends Pick<ServerAccess, 'beside'> {
  readonly database: string | undefined;
  readonly client: PoolClient;
  /** The server process behind the connection, once a transaction has begun. */
  readonly hand: { readonly pid?: number };
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
  connection: Interruptible,
  signal: AbortSignal | undefined,
): Interruption {
  let cancelling: Promise<void> | undefined;
  let giveUp: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    cancelling = cancel(connection).catch(() => undefined);
    giveUp = setTimeout(() => streamOf(connection.client).destroy(), patienceMs);
  };
  signal?.addEventListener('abort', interrupt, { once: true });
  return {
    async end({ reuse }) {
      signal?.removeEventListener('abort', interrupt);
      clearTimeout(giveUp);
      // A late cancellation would hit the next user of the connection.
      if (reuse) await cancelling;
    },
  };
}

async function cancel({ beside, database, hand: { pid } }: Interruptible): Promise<void> {
  if (pid === undefined) return;
  await beside(database, (client) =>
    client.query('SELECT pg_catalog.pg_cancel_backend($1)', [pid]),
  );
}
