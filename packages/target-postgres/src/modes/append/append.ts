import { forgetEarlierPlan } from '../../ledger/forget-chunks.ts';
import { overtake } from '../../ledger/overtake.ts';
import { removeOwnRows, removeUnfinished } from '../../standing/unfinished-rows.ts';
import { copyLoad, targetOf } from '../shared/copy-load.ts';
import type { Mode } from '../shared/mode.ts';

/** Rows are added, straight into the table. */
export const append: Mode = {
  privileges: ['SELECT', 'INSERT'],
  privilegesAfterStop: ['DELETE'],
  checks: [],
  checksOfNew: [],
  prepare: {
    async clear(session, table, { before, again, log }) {
      if (before === undefined && table.read.limit === undefined) {
        await removeUnfinished(session, table, { log });
      }
      if (!again) return;
      await forgetEarlierPlan(session, table, () => removeOwnRows(session, table, log));
    },
    begin: overtake,
  },
  load: copyLoad(targetOf),
};
