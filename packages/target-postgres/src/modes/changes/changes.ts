import { tableOptions, transaction } from '../../connect/transaction.ts';
import { changeColumns, createChangeTable } from '../../tables/change-table.ts';
import { checkGather, checkGatherOfNew } from '../gather/check-gather.ts';
import { gathering } from '../gather/gather.ts';
import { checkKeptKeys } from '../merge/check-keys.ts';
import { checkArbiter, checkIdentity } from '../merge/check-merge.ts';
import type { Mode } from '../shared/mode.ts';
import { applyChanges, hasNoChanges } from './apply-changes.ts';
import { beginWithoutHeld } from './lost-held.ts';

const { prepare, load, publish } = gathering(createChangeTable, {
  event: 'changes_applied',
  isNothing: hasNoChanges,
  put: applyChanges,
});

const { rejects: _incomplete, ...whole } = load;

/**
 * What has changed at the source is gathered and applied by key. A row that was left out could be no
 * base of its changes, so that none are.
 */
export const changes: Mode = {
  privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  whereKeysAct: { own: [], others: ['SELECT'] },
  checks: [checkKeptKeys, checkGather, checkArbiter, checkIdentity],
  checksOfNew: [checkKeptKeys, checkGatherOfNew],
  prepare,
  load: { ...whole, fields: changeColumns },
  async publish(databases, table, context) {
    const options = tableOptions(table, context);
    const lost = await transaction(databases, options, (session) =>
      beginWithoutHeld(session, table),
    );
    return lost ?? publish(databases, table, context);
  },
  stillWithoutRows: true,
};
