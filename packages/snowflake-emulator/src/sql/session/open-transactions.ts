import { randomUUID } from 'node:crypto';

import { displayName } from '../../catalog/catalog.ts';
import type { Session } from './session.ts';

/** To be called between statements: a transaction that one has opened gets its identity. */
export function trackTransaction(session: Session): void {
  const { openTransactions } = session.shared;
  const open = openTransactions.get(session.id);
  if (session.transaction.isOpen && open === undefined) {
    const id = session.now();
    openTransactions.set(session.id, {
      id,
      name: randomUUID(),
      user: session.user,
      sessionId: session.id,
      startedNs: id,
      locks: new Map(),
    });
  } else if (!session.transaction.isOpen && open !== undefined) {
    session.lastTransaction = open.id;
    openTransactions.delete(session.id);
  }
}

/** What UPDATE, DELETE and MERGE lock until the transaction's end. */
export function noteLock(session: Session, parts: readonly string[], queryId: string): void {
  const open = session.shared.openTransactions.get(session.id);
  if (open === undefined) return;
  const { database, schema, name } = session.resolveName(parts);
  const resource = displayName(database, schema, name);
  if (!open.locks.has(resource)) open.locks.set(resource, { queryId, acquiredNs: session.now() });
}
