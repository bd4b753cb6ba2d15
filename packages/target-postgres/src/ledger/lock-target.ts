import type { TablePlan } from '@snowmelt/core';
import { escapeLiteral } from 'pg';

import type { Session } from '../connect/transaction.ts';
import type { ReachedTable } from './truncate-reach.ts';

/** One process at a time prepares a target. Held to the end of the transaction. */
export async function lockTarget(session: Session, { target }: TablePlan): Promise<void> {
  await lockName(session, target);
}

/**
 * Also those that are emptied with it, in an order that all tables share: else one that is on its
 * way to the row of another in the ledger meets it on its way to the table.
 */
export async function lockTargets(session: Session, table: TablePlan): Promise<void> {
  const emptied = 'emptiedWith' in table ? (table.emptiedWith ?? []) : [];
  const targets = [table.target, ...emptied.map((other) => other.target)];
  for (const one of inOneOrder(targets)) await lockName(session, one);
}

/** The same order whoever asks; a name that comes twice is locked twice, which does no harm. */
export function inOneOrder<T extends ReachedTable>(tables: readonly T[]): readonly T[] {
  const keyed = tables.map((table) => ({ table, key: JSON.stringify([table.schema, table.name]) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ table }) => table);
}

const loadsLock = ({ target }: TablePlan): string =>
  JSON.stringify(['snowmelt load', target.schema, target.name]);

/**
 * SQL by which a chunk says that it is under way, to the end of its transaction. A lock of its own:
 * one of the table that keeps loads away takes more rights than an append needs.
 */
export function shareLoads(table: TablePlan): string {
  const lock = escapeLiteral(loadsLock(table));
  return `SELECT pg_catalog.pg_advisory_xact_lock_shared(hashtextextended(${lock}, 0));`;
}

/** Until the chunks that are under way have ended; others begin when the transaction does so. */
export async function waitForLoads(session: Session, table: TablePlan): Promise<void> {
  const sql = 'SELECT pg_catalog.pg_advisory_xact_lock(hashtextextended($1, 0))';
  const what = `preparing ${table.target.name}, into which an earlier run is loading,`;
  await session.locking(what, () => session.query(sql, [loadsLock(table)]));
}

/** Of a target. Held to the end of the transaction. */
export async function lockName(session: Session, { schema, name }: ReachedTable): Promise<void> {
  const sql = 'SELECT pg_catalog.pg_advisory_xact_lock(hashtextextended($1, 0))';
  const lock = JSON.stringify(['snowmelt prepare', schema, name]);
  await session.locking(`preparing ${name}`, () => session.query(sql, [lock]));
}
