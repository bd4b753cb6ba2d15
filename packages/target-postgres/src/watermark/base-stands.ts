import type { ColumnPair, RunId, TableRef } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { bound } from './watermark-values.ts';
import { is } from '../sql/operators.ts';

/** A bound rests on rows from before the run: on the newest of them, or on its likes. */
export interface RestingBound {
  readonly target: TableRef;
  readonly column: ColumnPair;
  /** As `WatermarkPlan.base`. Absent: planned by an earlier version. */
  readonly base: string | undefined;
  /** What it has loaded itself does not count. */
  readonly run: RunId;
}

/**
 * Whether a row stands yet as new as the newest from before the run. TRUNCATE, DROP and DELETE of what
 * lies before the bound take it, with rows that the run does not read; deletes of older rows do not.
 */
export async function baseStands(
  session: Session,
  { target, column, base, run }: RestingBound,
): Promise<boolean> {
  if (base === undefined) return true;
  const name = quoteIdentifier(column.target);
  const sql = `
SELECT EXISTS (
  SELECT FROM ${quoteTable(target)} AS t
  WHERE t.${name} ${is} $1 AND NOT (t.xmin ${is} ANY (ARRAY(
    SELECT pg_catalog.unnest(c.xids) FROM snowmelt.chunk_ledger c
    WHERE c.run_id ${is} $2 AND NOT c.of_keys)))) AS stands`;
  const values = [bound(base, column.source), run];
  return (await session.onTable<{ stands: boolean }>(sql, values)).rows[0]?.stands !== false;
}
