import { modeTraits, SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../../sql/quote-identifier.ts';
import { batchTable } from '../../tables/batch-table.ts';
import { isNewer } from './merge-sql.ts';
import { is } from '../../sql/operators.ts';
import { sameKeySql, type KeyOperators } from '../../keys/key-operators.ts';

export function nullKeyCondition({ keyColumns }: TablePlan): string {
  return keyColumns.map((name) => `${quoteIdentifier(name)} IS NULL`).join(' OR ');
}

/**
 * A unique index holds NULLs to be distinct: such a row would never be found again, and each run
 * would add it once more (P1).
 */
export async function refuseNullKeys(session: Session, table: TablePlan): Promise<void> {
  const sql = `SELECT pg_catalog.count(*)::pg_catalog.text AS rows FROM ${batchTable} WHERE ${nullKeyCondition(table)}`;
  const rows = await countOf(session, sql);
  if (rows === '0') return;
  throw new SnowmeltError(
    'TARGET.ROW_REJECTED',
    `${rows} rows of the chunk have a NULL in their key (${table.keyColumns.join(', ')}), and the ` +
      `unique index of ${table.target.schema}.${table.target.name} takes NULLs for distinct: each ` +
      'run would add them again',
    {
      fix:
        'Leave such rows out with source_filter, choose other uniqueness_columns, or make the ' +
        'unique index NULLS NOT DISTINCT (PostgreSQL 15 or later).',
    },
  );
}

/** Of the transaction in hand. */
const ownXid = 'ARRAY[pg_catalog.pg_current_xact_id()::pg_catalog.xid]';

/**
 * A trigger that drops a row says nothing; with COPY the count would show it, here the keys do, and
 * that a stored row which is older was not written. `xids`: SQL of the ids that rows carry which were
 * written just now; those of savepoints, where it was done under some.
 */
export async function refuseDroppedRows(
  session: Session,
  table: TablePlan,
  how: { readonly operators: KeyOperators; readonly xids?: string },
): Promise<void> {
  const rows = await countOf(session, droppedSql(table, how));
  if (rows === '0') return;
  throw new SnowmeltError(
    'TARGET.ROW_COUNT_MISMATCH',
    `${rows} rows of the chunk are not in ${table.target.schema}.${table.target.name} after they ` +
      'were inserted or updated: a trigger of the table has dropped them, or changed their keys',
    { retry: 'never', fix: 'Change the trigger, or disable it for the load.' },
  );
}

function droppedSql(
  table: TablePlan,
  { operators, xids = ownXid }: { readonly operators: KeyOperators; readonly xids?: string },
): string {
  const { keyColumns, mode, columns, target } = table;
  const keys = keyColumns.map(quoteIdentifier);
  const known = keys.map((name) => `batch.${name} IS NOT NULL`).join(' AND ');
  const same = sameKeySql(table, operators, { a: 'stored', b: 'batch' });
  const updates = !modeTraits[mode].leavesRows && columns.length > keyColumns.length;
  const stale = updates
    ? ` AND (stored.xmin ${is} ANY (${xids}) OR NOT (${isNewer(table, 'batch')}))`
    : '';
  return `SELECT pg_catalog.count(*)::pg_catalog.text AS rows FROM ${batchTable} batch
WHERE ${known} AND NOT EXISTS (
  SELECT 1 FROM ${quoteTable(target)} stored WHERE ${same}${stale})`;
}

async function countOf(session: Session, sql: string): Promise<string> {
  const { rows } = await session.onTable<{ rows: string }>(sql);
  return rows[0]?.rows ?? '0';
}
