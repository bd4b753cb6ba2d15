import { changesOf, type TablePlan, type WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction, type Session } from '../connect/transaction.ts';
import { ledgerExists } from './ensure-ledger.ts';
import {
  fatesOf,
  isSameIdentity,
  readIdentity,
  recordIdentity,
  type TableIdentity,
} from './identity.ts';
import { contentFingerprint } from './plan-fingerprint.ts';
import { isOfMode } from './table-ledger.ts';
import { supersede } from './truncate-once.ts';

const recordSql = `
UPDATE snowmelt.table_ledger SET held_snapshot = $3, content_hash = $4
WHERE run_id = $1 AND table_key = $2`;

/**
 * In the transaction after which the table holds the rows of the run's snapshot. No earlier run may
 * go on: its changes, or its rows, are older than those that are there now.
 */
export async function recordSnapshot(session: Session, table: TablePlan): Promise<void> {
  if (changesOf(table) === undefined || !table.snapshot.pinned) return;
  const hash = contentFingerprint(table);
  await session.query(recordSql, [table.run, table.key, table.snapshot.at, hash]);
  await recordIdentity(session, table);
  await supersede(session, table, [table.target]);
}

/** Runs that only gathered rows have left the table as it was; any other with chunks has not. */
const heldSql = `
SELECT held.held_snapshot AS at, held.identity
FROM snowmelt.table_ledger held
WHERE held.target_schema = $1 AND held.target_table = $2 AND held.content_hash = $3
  AND held.held_snapshot IS NOT NULL AND held.superseded_by IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM snowmelt.table_ledger other
    JOIN snowmelt.chunk_ledger c ON c.run_id = other.run_id AND c.table_key = other.table_key
    WHERE other.target_schema = $1 AND other.target_table = $2
      AND (other.run_id, other.table_key) <> (held.run_id, held.table_key)
      AND other.superseded_by IS NULL AND NOT ${isOfMode('other', 'gathers')})`;

/**
 * The snapshot whose rows the target holds, as far as the ledger can promise that: a table that was
 * emptied, or made anew, since the run that left it there holds none.
 */
export async function heldSnapshot(
  databases: Databases,
  table: TablePlan,
  { signal }: WorkContext,
): Promise<string | undefined> {
  const options = { database: table.target.database, signal, purpose: 'plain' } as const;
  return transaction(databases, options, async (session) =>
    (await ledgerExists(session)) ? readHeld(session, table) : undefined,
  );
}

interface HeldRow {
  readonly at: string;
  /** Absent: left by an earlier version. */
  readonly identity: TableIdentity | null;
}

export async function readHeld(session: Session, table: TablePlan): Promise<string | undefined> {
  const { schema, name } = table.target;
  const values = [schema, name, contentFingerprint(table)];
  const [held] = (await session.query<HeldRow & object>(heldSql, values)).rows;
  if (held === undefined || held.identity === null) return held?.at;
  const now = await readIdentity(session, table.target);
  if (isSameIdentity(held.identity, now)) return held.at;
  const fates = await fatesOf(session, table.target, held.identity);
  return fates.every((fate) => fate === 'kept') ? held.at : undefined;
}
