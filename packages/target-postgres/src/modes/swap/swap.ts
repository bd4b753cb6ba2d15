import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { incomingKeys, matchColumns } from '../../describe/incoming-keys.ts';
import { quoteIdentifier, quoteTable } from '../../sql/quote-identifier.ts';
import { createShadow, quoteShadow } from '../../tables/shadow-table.ts';
import { checkGather, checkGatherOfNew } from '../gather/check-gather.ts';
import { gathering } from '../gather/gather.ts';
import type { Mode } from '../shared/mode.ts';
import { checkExchange } from './check-exchange.ts';
import { exchange } from './exchange.ts';

/** The rows of the run, gathered in a shadow of the table, take the place of the old ones. */
export const swap: Mode = {
  privileges: ['SELECT', 'INSERT', 'DELETE'],
  whereKeysAct: { own: ['UPDATE'], others: ['SELECT'] },
  checks: [checkGather, checkExchange],
  checksOfNew: [checkGatherOfNew],
  ...gathering(createShadow, { event: 'target_swapped', ready: indexShadow, put: exchange }),
};

async function indexShadow(session: Session, table: TablePlan, shadow: string): Promise<void> {
  const match = matchColumns(await incomingKeys(session, quoteTable(table.target)));
  if (match === undefined) return;
  const index = `${quoteIdentifier(`${shadow}_key`)} ON ${quoteShadow(shadow)}`;
  const columns = match.map(({ left }) => quoteIdentifier(left)).join(', ');
  await session.query(`CREATE UNIQUE INDEX IF NOT EXISTS ${index} (${columns})`);
}
