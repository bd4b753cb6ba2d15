import type { WorkContext } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';

/** A table that an earlier run, or plan, has gathered in and nothing needs any more. */
export interface Leftover {
  readonly run: string;
  readonly key: string;
  readonly name: string;
  /** null: there is no such table any more. */
  readonly owned: boolean | null;
}

interface Leaving {
  /** For the log. */
  readonly what: 'shadow' | 'keys';
  /** Has the ledger know of it, in the transaction in hand. */
  readonly forget: (left: Leftover, dropped: boolean) => Promise<void>;
  readonly log: WorkContext['log'];
}

/** Drops them, but for those that another role owns. To be called under the lock of the target's name. */
export async function dropLeftovers(
  session: Session,
  leftovers: readonly Leftover[],
  { what, forget, log }: Leaving,
): Promise<void> {
  for (const left of leftovers) {
    const mayDrop = left.owned !== false;
    if (mayDrop) await dropGathered(session, left.name);
    await forget(left, mayDrop);
    const { run, key: table, name } = left;
    if (mayDrop) log.info(`target_${what}_dropped`, { table, [what]: name, run });
    else log.warn(`target_${what}_left`, { table, [what]: name, run, why: 'another role owns it' });
  }
}

/** In the ledger's schema. Waits for the loads into it that are under way. */
export async function dropGathered(session: Session, name: string): Promise<void> {
  const table = quoteTable({ schema: 'snowmelt', name });
  await session.locking(`dropping ${table}`, () => session.query(`DROP TABLE IF EXISTS ${table}`));
}
