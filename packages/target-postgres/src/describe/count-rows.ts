import type { TableRef, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';

export async function countRows(
  databases: Databases,
  ref: TableRef,
  { signal }: WorkContext,
): Promise<number> {
  const options = { database: ref.database, signal, purpose: 'plain' } as const;
  return transaction(databases, options, async (session) => {
    const sql = `SELECT pg_catalog.count(*)::pg_catalog.text AS rows FROM ${quoteTable(ref)}`;
    return Number((await session.onTable<{ rows: string }>(sql)).rows[0]?.rows);
  });
}
