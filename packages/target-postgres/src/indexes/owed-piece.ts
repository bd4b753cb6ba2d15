import type { TableRef } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

/** Names a table inside a database. */
export type TableName = Pick<TableRef, 'schema' | 'name'>;

/** An index or constraint that the index ledger owes a table. See sql/target/0001_ledger.sql. */
export interface OwedPiece {
  /** bigint, which pg gives as text. */
  readonly id: string;
  readonly target_schema: string;
  readonly target_table: string;
  readonly kind: 'index' | 'unique' | 'primary_key' | 'foreign_key';
  readonly name: string;
  readonly definition: string;
  readonly deferral: string;
  readonly tablespace: string | null;
  readonly index_comment: string | null;
  readonly constraint_comment: string | null;
  readonly clustered: boolean;
  readonly replica_identity: boolean;
  readonly statistics: readonly { readonly column: number; readonly target: number }[];
  readonly key_expressions: readonly string[];
  readonly predicate: string | null;
  readonly nulls_equal: boolean;
  readonly referenced_schema: string | null;
  readonly referenced_table: string | null;
  readonly validated: boolean;
  readonly state: 'dropped' | 'built' | 'rebuilt' | 'failed';
  readonly error: string | null;
}

const columns = `
id, target_schema, target_table, kind, name, definition, deferral, tablespace, index_comment,
constraint_comment, clustered, replica_identity, statistics, key_expressions, predicate,
nulls_equal, referenced_schema, referenced_table, validated, state, error`;

const owedSql = `
SELECT ${columns} FROM snowmelt.index_ledger
WHERE state <> 'rebuilt' AND target_schema = $1 AND target_table = $2
ORDER BY id`;

/** What is owed to a table, whichever run dropped it. */
export async function readOwed(
  session: Session,
  { schema, name }: TableName,
): Promise<readonly OwedPiece[]> {
  return (await session.query<OwedPiece>(owedSql, [schema, name])).rows;
}

const owedToReferrersSql = `
SELECT ${columns} FROM snowmelt.index_ledger
WHERE state = 'failed' AND kind = 'foreign_key'
  AND referenced_schema = $1 AND referenced_table = $2
  AND (target_schema, target_table) <> ($1, $2)
ORDER BY id`;

/** Foreign keys of other tables that were tried in vain: they may have waited for this one. */
export async function readFailedReferrers(
  session: Session,
  { schema, name }: TableName,
): Promise<readonly OwedPiece[]> {
  return (await session.query<OwedPiece>(owedToReferrersSql, [schema, name])).rows;
}

const lockSql = `SELECT ${columns} FROM snowmelt.index_ledger WHERE id = $1 FOR UPDATE`;

/**
 * Holds the piece to the end of the transaction; another process that is restoring it is waited
 * for, however long its build takes. `undefined`: it is back meanwhile.
 */
export async function claimPiece(session: Session, id: string): Promise<OwedPiece | undefined> {
  await session.query('SET LOCAL lock_timeout = 0');
  const [piece] = (await session.query<OwedPiece>(lockSql, [id])).rows;
  return piece === undefined || piece.state === 'rebuilt' ? undefined : piece;
}

const markSql = `
UPDATE snowmelt.index_ledger
SET state = $2, error = $3,
    rebuilt_at = CASE $2 WHEN 'rebuilt' THEN clock_timestamp() END
WHERE id = $1`;

/** Belongs into the transaction that did what the state says. */
export async function markPiece(
  session: Session,
  id: string,
  state: OwedPiece['state'],
  error?: string,
): Promise<void> {
  await session.query(markSql, [id, state, error ?? null]);
}
