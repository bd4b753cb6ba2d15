import { type MergedRows, modeTraits, type TablePlan, windowOf } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

export interface LedgerSums {
  /** Keys of the source apart. */
  readonly rows: number;
  /** Absent: the mode does not merge, or a chunk of it could not be counted. */
  readonly merged?: MergedRows;
}

interface Row {
  /** bigint, which pg gives as text; null: not known. */
  readonly rows: string;
  readonly inserted: string | null;
  readonly updated: string | null;
  readonly deleted: string | null;
}

/** A chunk without rows has merged none, and one that was divided has left them to its pieces. */
const chunksSql = `
SELECT coalesce(sum(rows), 0)::text AS rows, 0::text AS deleted,
       CASE WHEN coalesce(bool_and(inserted IS NOT NULL OR rows = 0), true)
         THEN coalesce(sum(inserted), 0)::text END AS inserted,
       coalesce(sum(updated), 0)::text AS updated
FROM snowmelt.chunk_ledger
WHERE run_id = $1 AND table_key = $2 AND NOT of_keys`;

/** Of changes, which are not counted where there were none to apply. */
const changesSql = `
SELECT (SELECT coalesce(sum(rows), 0) FROM snowmelt.chunk_ledger c
        WHERE c.run_id = t.run_id AND c.table_key = t.table_key AND NOT c.of_keys)::text AS rows,
       coalesce(inserted, 0)::text AS inserted, coalesce(updated, 0)::text AS updated,
       coalesce(deleted, 0)::text AS deleted
FROM snowmelt.table_ledger t
WHERE run_id = $1 AND table_key = $2`;

/** What the ledger has of the whole table in this run, once all chunks are in. */
export async function ledgerSums(session: Session, table: TablePlan): Promise<LedgerSums> {
  const ofChanges = windowOf(table) !== undefined;
  const sql = ofChanges ? changesSql : chunksSql;
  const [row] = (await session.query<Row & object>(sql, [table.run, table.key])).rows;
  const rows = Number(row?.rows ?? 0);
  const merges = ofChanges || modeTraits[table.mode].merges;
  if (row === undefined || row.inserted === null || !merges) return { rows };
  const [inserted, updated] = [Number(row.inserted), Number(row.updated)];
  const unchanged = ofChanges ? {} : { unchanged: rows - inserted - updated };
  return { rows, merged: { inserted, updated, ...unchanged, deleted: Number(row.deleted) } };
}
