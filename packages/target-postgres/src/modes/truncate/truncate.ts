import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { planFingerprint } from '../../ledger/plan-fingerprint.ts';
import { truncateOnce } from '../../ledger/truncate-once.ts';
import { dropEarlierShadows } from '../gather/begin-gather.ts';
import { copyLoad, targetOf } from '../shared/copy-load.ts';
import type { Begun, Mode } from '../shared/mode.ts';
import { checkCascade, checkReachRights } from './check-truncate.ts';

/** The table is emptied, once a run, and loaded as by `append`. */
export const truncate: Mode = {
  privileges: ['SELECT', 'INSERT', 'TRUNCATE'],
  checks: [checkReachRights, checkCascade],
  checksOfNew: [],
  prepare: { begin: emptyOnce },
  load: copyLoad(targetOf),
};

async function emptyOnce(
  session: Session,
  table: TablePlan,
  { before, again, log }: Begun,
): Promise<void> {
  const emptied = before?.truncated === true && !again;
  if (emptied && before.plan_hash === planFingerprint(table)) return;
  if (!emptied) await truncateOnce(session, table, { again });
  await dropEarlierShadows(session, table, log);
  const { schema, name } = table.target;
  log.info('target_table_truncated', { schema, table: name, run: table.run });
}
