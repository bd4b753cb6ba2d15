import type { TablePlan, WorkContext } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { forgetChunks } from '../../ledger/forget-chunks.ts';
import { dropEarlierShadows } from './drop-earlier-shadows.ts';
import { createChangeTable } from '../../tables/change-table.ts';
import { createShadow, dropShadow } from '../../tables/shadow-table.ts';
import { readSwapState, recordShadow, refuseSharedTarget } from './swap-ledger.ts';

/**
 * The shadow of this run, once: a resume finds it with the chunks that are in. The target's rows
 * stay as they are. `again`: the run has planned the table anew, and begins with an empty one.
 */
export async function prepareSwap(
  session: Session,
  table: TablePlan,
  { again, log }: { readonly again: boolean; readonly log: WorkContext['log'] },
): Promise<void> {
  await refuseSharedTarget(session, table);
  await dropEarlierShadows(session, table, log);
  const { shadow, swapped } = await readSwapState(session, table);
  if (!again && (swapped || shadow !== undefined)) return;
  if (shadow !== undefined) await dropShadow(session, shadow);
  await forgetChunks(session, table);
  const create = table.mode === 'changes' ? createChangeTable : createShadow;
  const made = await create(session, table);
  await recordShadow(session, table, made);
  log.info('target_shadow_created', { table: table.key, shadow: made, run: table.run });
}
