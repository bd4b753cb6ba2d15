import type { TableRef } from '@snowmelt/core';
import { isLockOf, tableLock } from '@snowmelt/pg-connection';

import { quoteTable } from '../sql/quote-identifier.ts';
import type { Session } from './transaction.ts';

/**
 * A live run holds an advisory lock of each of its targets in the status database. pg_locks shows the locks of all databases of a server, so it is
 * seen from here where both are on one server; and a chunk in the middle of its load is seen
 * anyway by its lock of the table. Whoever may connect can take such a lock: a role that may not write
 * the ledger runs nothing.
 */
const liveSql = `
SELECT EXISTS (
  SELECT 1 FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
  WHERE ${isLockOf('$1')}
    AND coalesce(has_table_privilege(a.usesysid, to_regclass('snowmelt.table_ledger'), 'UPDATE'), true)
) OR EXISTS (
  SELECT 1 FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'relation' AND l.relation = to_regclass($2) AND l.granted
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
    AND l.mode = 'RowExclusiveLock' AND a.application_name ~ '^snowmelt( |$)'
) AS live`;

export async function hasLiveRun(session: Session, target: TableRef): Promise<boolean> {
  const names = [tableLock(target), quoteTable(target)];
  const { rows } = await session.query<{ live: boolean }>(liveSql, names);
  return rows[0]?.live === true;
}
