import type { TablePlan, TableRef } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { is } from '../sql/operators.ts';

/** A chunk of rows that a run has in the ledger, and how many of its rows stand in the table. */
export interface FoundChunk {
  readonly chunk: string;
  /** Rows that it was of. */
  readonly rows: number;
  /** Those of them that it wrote; fewer where a merge has left some as they were. */
  readonly written: number;
  /** Rows of the table that its transaction wrote last. */
  readonly found: number;
}

interface LedgerChunk {
  readonly chunk: string;
  readonly rows: string;
  /** bigint, which pg gives as text; null: loaded by an earlier version, or merged in parts. */
  readonly written: string | null;
  readonly xids: readonly string[] | null;
  readonly old: boolean;
}

/**
 * Ids of transactions come round after 2^32: beyond half of that a row of another transaction could
 * carry the same one.
 */
const chunksSql = `
SELECT chunk_id AS chunk, rows::text AS rows, written, xids::text[] AS xids,
       coalesce(pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint - xact
                > 2000000000, false) AS old
FROM snowmelt.chunk_ledger
WHERE run_id = $1 AND table_key = $2 AND NOT of_keys AND loaded_at IS NOT NULL
ORDER BY chunk_id`;

/**
 * Compares what the run's chunks have written with the rows that carry the ids of their
 * transactions (`xmin`: the transaction that wrote this version of the row,
 * https://www.postgresql.org/docs/current/ddl-system-columns.html). One scan of the table.
 * `undefined`: it can't be told, since a chunk's ids are not known or too old.
 */
export async function findRows(
  session: Session,
  { run, key, target }: Pick<TablePlan, 'run' | 'key' | 'target'>,
): Promise<readonly FoundChunk[] | undefined> {
  const chunks = (await session.query<LedgerChunk & object>(chunksSql, [run, key])).rows;
  const ids = chunks.flatMap(({ xids }) => xids ?? []);
  const known = chunks.every(
    ({ xids, written, old }) => written === '0' || (xids !== null && written !== null && !old),
  );
  if (!known) return undefined;
  const counts = await countByXid(session, target, ids);
  return chunks.map(({ chunk, rows, written, xids }) => ({
    chunk,
    rows: Number(rows),
    written: Number(written),
    found: (xids ?? []).reduce((sum, xid) => sum + (counts.get(xid) ?? 0), 0),
  }));
}

async function countByXid(
  session: Session,
  target: Pick<TableRef, 'schema' | 'name'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const sql = `SELECT t.xmin::pg_catalog.text AS xid, pg_catalog.count(*)::pg_catalog.text AS rows FROM ${quoteTable(target)} AS t
WHERE t.xmin ${is} ANY ($1::pg_catalog.xid[]) GROUP BY t.xmin`;
  const { rows } = await session.onTable<{ xid: string; rows: string }>(sql, [ids]);
  return new Map(rows.map((row) => [row.xid, Number(row.rows)]));
}

/** None is missing; a trigger may have added some in the same transaction. */
export function isWhole(chunks: readonly FoundChunk[]): boolean {
  return chunks.every(({ written, found }) => found >= written);
}

export function sumOf(chunks: readonly FoundChunk[], of: 'rows' | 'written' | 'found'): number {
  return chunks.reduce((sum, chunk) => sum + chunk[of], 0);
}
