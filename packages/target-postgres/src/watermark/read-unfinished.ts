import type { NewestWatermark, TableRef, WatermarkBound } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { ledgerHasColumn } from '../prepare/ensure-ledger.ts';

/**
 * A run that came to its end after it has read what it left: each one begins no later than the
 * unfinished ones before it. What only gathered rows has left nothing in the table.
 */
const sql = `
SELECT u.run_id AS run, u.watermark_from AS "from", u.plan -> 'watermark' -> 'from' AS bound
FROM snowmelt.table_ledger u
WHERE u.target_schema = $1 AND u.target_table = $2
  AND u.published_at IS NULL AND u.superseded_by IS NULL AND u.mode NOT IN ('swap', 'changes')
  AND (u.restarts > 0 OR EXISTS (
    SELECT 1 FROM snowmelt.chunk_ledger c
    WHERE c.run_id = u.run_id AND c.table_key = u.table_key))
  AND NOT EXISTS (SELECT 1 FROM snowmelt.table_ledger p
                  WHERE p.target_schema = u.target_schema AND p.target_table = u.target_table
                    AND p.published_at IS NOT NULL AND p.prepared_at > u.prepared_at)
ORDER BY u.prepared_at DESC
LIMIT 1`;

/** The newest run that has loaded a part of the table, and did not finish. */
export async function readUnfinished(
  session: Session,
  ref: TableRef,
): Promise<NewestWatermark['unfinished']> {
  if (!(await ledgerHasColumn(session, 'restarts'))) return undefined;
  const { rows } = await session.query<UnfinishedRow & object>(sql, [ref.schema, ref.name]);
  const [found] = rows;
  if (found === undefined) return undefined;
  const { run, from, bound } = found;
  if (from === null) return { run };
  return { run, from: bound ?? { value: from, inclusive: true, orNull: false } };
}

interface UnfinishedRow {
  readonly run: string;
  readonly from: string | null;
  /** Of the plan, which earlier versions did not keep. */
  readonly bound: WatermarkBound | null;
}

const readSql = `
SELECT plan -> 'watermark' ->> 'newest' AS read
FROM snowmelt.table_ledger
WHERE table_key = $1 AND target_schema = $2 AND target_table = $3
  AND published_at IS NOT NULL AND superseded_by IS NULL
ORDER BY published_at DESC
LIMIT 1`;

/** The newest watermark of the source that the last run which completed the table has read. */
export async function readNewest(
  session: Session,
  { key, target }: { readonly key: string; readonly target: TableRef },
): Promise<string | undefined> {
  if (!(await ledgerHasColumn(session, 'restarts'))) return undefined;
  const values = [key, target.schema, target.name];
  const { rows } = await session.query<{ read: string | null }>(readSql, values);
  return rows[0]?.read ?? undefined;
}
