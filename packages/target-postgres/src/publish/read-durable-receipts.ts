import type { LoadReceipt, TablePlan, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { waitForDisk } from '../connect/session-settings.ts';
import { transaction } from '../connect/transaction.ts';
import { readReceipts } from '../ledger/chunk-ledger.ts';
import { ledgerExists } from '../ledger/ensure-ledger.ts';

/**
 * What the ledger has. Chunks commit without waiting for the disk; this waits for it, so that no
 * crash of the server can take back a chunk that somebody was told of (P1).
 */
export async function readDurableReceipts(
  databases: Databases,
  table: TablePlan,
  { signal }: WorkContext,
): Promise<readonly LoadReceipt[]> {
  const { database } = table.target;
  const place = { run: table.run, table: table.key };
  return transaction(databases, { database, signal, place, purpose: 'plain' }, async (session) => {
    if (!(await ledgerExists(session))) return [];
    const receipts = await readReceipts(session, table);
    await session.query(waitForDisk);
    return receipts;
  });
}
