import type { TableRef } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { ledgerHasColumn } from '../prepare/ensure-ledger.ts';

export interface UnfinishedRun {
  readonly run: string;
  /** The watermark that it began to read at; absent: it read everything. */
  readonly from?: string;
}

/**
 * A run that came to its end after it has read what it left: each one begins no later than the
 * unfinished ones before it. What only gathered rows
 * has left nothing in the table.
 */
const sql = `
SELECT u.run_id AS run, u.watermark_from AS "from"
FROM snowmelt.table_ledger u
WHERE u.target_schema = $1 AND u.target_table = $2
  AND u.published_at IS NULL AND u.superseded_by IS NULL AND u.mode NOT IN ('swap', 'changes')
  AND EXISTS (SELECT 1 FROM snowmelt.chunk_ledger c
              WHERE c.run_id = u.run_id AND c.table_key = u.table_key)
  AND NOT EXISTS (SELECT 1 FROM snowmelt.table_ledger p
                  WHERE p.target_schema = u.target_schema AND p.target_table = u.target_table
                    AND p.published_at IS NOT NULL AND p.prepared_at > u.prepared_at)
ORDER BY u.prepared_at DESC
LIMIT 1`;

/** The newest run that has loaded a part of the table, and did not finish. */
export async function readUnfinished(
  session: Session,
  ref: TableRef,
): Promise<UnfinishedRun | undefined> {
  if (!(await ledgerHasColumn(session, 'watermark_from'))) return undefined;
  const { rows } = await session.query<{ run: string; from: string | null }>(sql, [
    ref.schema,
    ref.name,
  ]);
  const [found] = rows;
  if (found === undefined) return undefined;
  return { run: found.run, ...(found.from === null ? {} : { from: found.from }) };
}
