import {
  MOMENT_CELL,
  NUMBER_CELL,
  TEXT_CELL,
  momentCell,
  virtualRelation,
  type Cell,
} from '../../information/virtual-relation.ts';
import type { QueryPlan } from '../typed/typed.ts';
import { numberType } from '../sql-type.ts';
import type { Show } from '../syntax/statement.ts';
import type { Session } from '../session/session.ts';

/** SHOW of what a session has: undefined for anything else. */
export function showSession(show: Show, session: Session): QueryPlan | undefined {
  const isAccount = show.scope?.type === 'ACCOUNT';
  if (show.what === 'LOCKS') return locks(isAccount, session);
  if (show.what === 'TRANSACTIONS') return transactions(isAccount, session);
  return show.what === 'VARIABLES' ? variables(session) : undefined;
}

const ID_CELL = numberType(38, 0);

/** A user's own, or all of the account. */
function openTransactions(isAccount: boolean, { shared, user }: Session) {
  return [...shared.openTransactions.values()].filter((each) => isAccount || each.user === user);
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-transactions; order as mlorek/frostlake has measured it. */
function transactions(isAccount: boolean, session: Session): QueryPlan {
  return virtualRelation(
    {
      id: ID_CELL,
      user: TEXT_CELL,
      session: NUMBER_CELL,
      name: TEXT_CELL,
      started_on: MOMENT_CELL,
      state: TEXT_CELL,
      scope: NUMBER_CELL,
    },
    openTransactions(isAccount, session).map(({ id, user, sessionId, name, startedNs }) => ({
      id,
      user,
      session: sessionId,
      name,
      started_on: momentCell(startedNs),
      state: 'running',
      scope: 0,
    })),
  );
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-locks; order as mlorek/frostlake has measured it. */
function locks(isAccount: boolean, session: Session): QueryPlan {
  const rows = openTransactions(isAccount, session).flatMap((transaction) =>
    [...transaction.locks].map(([resource, { queryId, acquiredNs }]): Record<string, Cell> => ({
      session: transaction.sessionId,
      resource,
      type: 'PARTITIONS',
      transaction: transaction.id,
      transaction_started_on: momentCell(transaction.startedNs),
      status: 'HOLDING',
      acquired_on: momentCell(acquiredNs),
      query_id: queryId,
    })),
  );
  const columns = {
    resource: TEXT_CELL,
    type: TEXT_CELL,
    transaction: ID_CELL,
    transaction_started_on: MOMENT_CELL,
    status: TEXT_CELL,
    acquired_on: MOMENT_CELL,
    query_id: TEXT_CELL,
  };
  return virtualRelation(isAccount ? { session: NUMBER_CELL, ...columns } : columns, rows);
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-variables */
function variables(session: Session): QueryPlan {
  const types: Readonly<Record<string, string>> = { NUMBER: 'fixed', VARCHAR: 'text' };
  return virtualRelation(
    {
      session_id: NUMBER_CELL,
      created_on: MOMENT_CELL,
      updated_on: MOMENT_CELL,
      name: TEXT_CELL,
      value: TEXT_CELL,
      type: TEXT_CELL,
      comment: TEXT_CELL,
    },
    [...session.variables].map(([name, { value, type, createdNs, updatedNs }]) => ({
      session_id: session.id,
      created_on: momentCell(createdNs),
      updated_on: momentCell(updatedNs),
      name,
      value,
      type: types[type.name] ?? type.name.toLowerCase(),
      comment: '',
    })),
  );
}
