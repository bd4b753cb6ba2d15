import {
  comparableColumns,
  type TableDigest,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { quoteTable } from '../quote-identifier.ts';
import { renderColumn } from './render-column.ts';

/**
 * One scan, which PostgreSQL may run in parallel: all of it is parallel safe. An array keeps NULL
 * apart from nothing else, and has no limit of 100 arguments as `concat` has.
 */
export function digestSql(table: TablePlan): string {
  const columns = comparableColumns(table.columns).map(renderColumn);
  const row = `array_to_string(ARRAY[${columns.join(', ')}]::text[], ',', '')`;
  // The last 15 of the 32 digits; `bit(60)` reads them as a number below 2^60.
  const number = `('x' || substr(md5(convert_to(${row}, 'UTF8')), 18))::bit(60)::bigint`;
  return `SELECT count(*)::text AS rows, coalesce(sum(${number}), 0)::text AS digest
FROM ${quoteTable(table.target)}`;
}

/** The digest of docs/reference/digest.md over the whole target table. */
export async function digestTable(
  databases: Databases,
  table: TablePlan,
  { signal }: WorkContext,
): Promise<TableDigest> {
  const { database } = table.target;
  const place = { run: table.run, table: table.key };
  return transaction(databases, { database, signal, place, purpose: 'plain' }, async (session) => {
    const { rows } = await session.query<{ rows: string; digest: string }>(digestSql(table));
    return {
      rows: Number(rows[0]?.rows),
      digest: rows[0]?.digest ?? '0',
      columns: comparableColumns(table.columns).map(({ target }) => target),
    };
  });
}
