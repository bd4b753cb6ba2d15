import { SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../../quote-identifier.ts';
import { batchTable } from './batch-table.ts';

export function nullKeyCondition({ keyColumns }: TablePlan): string {
  return keyColumns.map((name) => `${quoteIdentifier(name)} IS NULL`).join(' OR ');
}

/**
 * A unique index holds NULLs to be distinct: such a row would never be found again, and each run
 * would add it once more (P1).
 */
export async function refuseNullKeys(session: Session, table: TablePlan): Promise<void> {
  const sql = `SELECT count(*)::text AS rows FROM ${batchTable} WHERE ${nullKeyCondition(table)}`;
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

/** A trigger that drops a row says nothing; with COPY the count would show it, here the keys do. */
export async function refuseDroppedRows(session: Session, table: TablePlan): Promise<void> {
  const keys = table.keyColumns.map(quoteIdentifier);
  const known = keys.map((name) => `batch.${name} IS NOT NULL`).join(' AND ');
  const same = keys.map((name) => `stored.${name} = batch.${name}`).join(' AND ');
  const sql = `SELECT count(*)::text AS rows FROM ${batchTable} batch
WHERE ${known} AND NOT EXISTS (SELECT 1 FROM ${quoteTable(table.target)} stored WHERE ${same})`;
  const rows = await countOf(session, sql);
  if (rows === '0') return;
  throw new SnowmeltError(
    'TARGET.ROW_COUNT_MISMATCH',
    `${rows} rows of the chunk are not in ${table.target.schema}.${table.target.name} after they ` +
      'were inserted: a trigger of the table has dropped them, or changed their keys',
    { retry: 'never', fix: 'Change the trigger, or disable it for the load.' },
  );
}

async function countOf(session: Session, sql: string): Promise<string> {
  const { rows } = await session.query<{ rows: string }>(sql);
  return rows[0]?.rows ?? '0';
}
