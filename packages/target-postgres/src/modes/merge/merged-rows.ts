import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import type { Copied } from '../../copy/copy-stream.ts';
import { quoteTable } from '../../sql/quote-identifier.ts';

/**
 * The command tag counts inserted and updated rows together. What the transaction has done so far is in
 * the server's own counters, of a partitioned table in those of its leaves. An insert that met another
 * transaction's row of its key counts as deleted again. Source:
 * www.postgresql.org/docs/current/monitoring-stats.html, pg_stat_xact_all_tables. That xmax of a row
 * tells them apart is documented nowhere, and RETURNING would build each row once more.
 */
const countersSql = `
WITH RECURSIVE family AS (
  SELECT pg_catalog.to_regclass($1)::oid AS oid
  UNION
  SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN family f ON f.oid = i.inhparent
)
SELECT coalesce(sum(pg_catalog.pg_stat_get_xact_tuples_inserted(oid)
                    - pg_catalog.pg_stat_get_xact_tuples_deleted(oid)), 0)::text AS inserted,
       coalesce(sum(pg_catalog.pg_stat_get_xact_tuples_updated(oid)), 0)::text AS updated
FROM family`;

interface Counters {
  readonly inserted: number;
  readonly updated: number;
}

/** Of the table; they go on from what earlier transactions of the session have not reported yet. */
export async function rowCounters(session: Session, { target }: TablePlan): Promise<Counters> {
  type Row = Readonly<Record<keyof Counters, string>>;
  const [row] = (await session.query<Row>(countersSql, [quoteTable(target)])).rows;
  return { inserted: Number(row?.inserted), updated: Number(row?.updated) };
}

/**
 * Of the rows that one merge has written since `before`, those that were added and those changed. Nothing
 * where the counters have others, as of triggers that write to the table as well, or none, as with
 * `track_counts = off`.
 */
export async function mergedRows(
  session: Session,
  table: TablePlan,
  { before, written }: { readonly before: Counters; readonly written: number | null },
): Promise<Pick<Copied, 'merged'>> {
  const after = await rowCounters(session, table);
  const inserted = after.inserted - before.inserted;
  const updated = after.updated - before.updated;
  return inserted + updated === written ? { merged: { inserted, updated } } : {};
}
