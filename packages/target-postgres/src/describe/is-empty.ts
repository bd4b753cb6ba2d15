import type { TableRef, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction, type Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';

export async function isEmpty(
  databases: Databases,
  ref: TableRef,
  { signal }: WorkContext,
): Promise<boolean> {
  const options = { database: ref.database, signal, purpose: 'plain' } as const;
  return transaction(databases, options, (session) => holdsNothing(session, ref));
}

export async function holdsNothing(session: Session, ref: TableRef): Promise<boolean> {
  const sql = `SELECT NOT EXISTS (SELECT 1 FROM ${quoteTable(ref)}) AS empty`;
  return (await session.onTable<{ empty: boolean }>(sql)).rows[0]?.empty === true;
}
