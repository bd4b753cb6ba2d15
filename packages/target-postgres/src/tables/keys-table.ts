import { createHash } from 'node:crypto';

import type { TableJob, TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';

/** Where a run gathers the keys of a table's source: the same name in every process of the run. */
export function keysName({ run, key }: Pick<TablePlan, 'run' | 'key'>): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([run, key]))
    .digest('hex');
  return `keys_${hash.slice(0, 32)}`;
}

/** In the ledger's schema, which readers of the target have no way into. */
export function quoteKeys(table: Pick<TablePlan, 'run' | 'key'>): string {
  return quoteTable({ schema: 'snowmelt', name: keysName(table) });
}

/** The fields of a chunk of keys: in the order of the plan's columns, as the source gives them. */
export function keyNames({ columns, keyColumns }: TablePlan): readonly string[] {
  return columns.map(({ target }) => target).filter((name) => keyColumns.includes(name));
}

/**
 * The key columns with the types and collations of the target, so that a key is stored, rounded and
 * compared as there. It is logged, since the ledger's word that a chunk is in must outlive a crash
 * of the server: a key that was lost would be a row that goes.
 */
export async function createKeys(session: Session, table: TablePlan): Promise<void> {
  await session.onTable(
    `CREATE TABLE ${quoteKeys(table)} AS
     SELECT ${table.keyColumns.map(quoteIdentifier).join(', ')} FROM ${quoteTable(table.target)}
     WITH NO DATA`,
  );
}

/** The column in which rows that the source lacks are marked. None where they stay, or are deleted. */
export function markColumns(deleteMissing: TableJob['deleteMissing']): readonly string[] {
  return deleteMissing?.how === 'soft' ? [deleteMissing.column] : [];
}
