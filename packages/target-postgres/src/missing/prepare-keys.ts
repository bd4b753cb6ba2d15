import type { TablePlan, WorkContext } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { dropEarlierKeys } from './drop-earlier-keys.ts';
import { readKeysState, recordKeys, refuseLaterRun } from './keys-ledger.ts';
import { createKeys, dropKeys, keysName } from './keys-table.ts';

/**
 * The place for the keys of the source, once: a resume finds it with the chunks that are in. To be
 * called under the lock of the target's name, with the run's row in the ledger. `again`: the run has
 * planned the table anew, and begins with an empty one.
 */
export async function prepareKeys(
  session: Session,
  table: TablePlan,
  { again, log }: { readonly again: boolean; readonly log: WorkContext['log'] },
): Promise<void> {
  await dropEarlierKeys(session, table, log);
  if (table.deleteMissing?.keys === undefined) return;
  const { gathering, done } = await readKeysState(session, table);
  if (!again && (gathering || done !== undefined)) return;
  await refuseLaterRun(session, table);
  if (gathering) await dropKeys(session, keysName(table));
  await forgetKeyChunks(session, table);
  await createKeys(session, table);
  await recordKeys(session, table, keysName(table));
}

async function forgetKeyChunks(session: Session, table: TablePlan): Promise<void> {
  await session.query(
    'DELETE FROM snowmelt.chunk_ledger WHERE run_id = $1 AND table_key = $2 AND of_keys',
    [table.run, table.key],
  );
}
