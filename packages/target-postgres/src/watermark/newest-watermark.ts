import {
  modeTraits,
  type ColumnPair,
  type LoadMode,
  type NewestWatermark,
  type TableKey,
  type TableRef,
  type WatermarkBound,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { type Session, transaction } from '../connect/transaction.ts';
import { holdsNothing } from '../describe/is-empty.ts';
import { ledgerExists } from '../ledger/ensure-ledger.ts';
import { isOfMode } from '../ledger/table-ledger.ts';
import { baseStands } from './base-stands.ts';
import { newestStanding, type WatermarkedTarget } from './newest-standing.ts';

/** Of a table that is to be planned. Absent mode: rows of a run that did not finish stay. */
interface AskedTable {
  readonly key: TableKey;
  readonly target: TableRef;
  readonly mode?: LoadMode;
}

/**
 * The newest row that an incremental load can rest on and what the source had when it was read; or,
 * where a run has left the table half loaded, the bound that run began at: chunks load in any order,
 * so that what it did not load may be older than the newest row that it did.
 */
export async function newestWatermark(
  databases: Databases,
  { key, target, mode }: AskedTable,
  column: ColumnPair,
  { signal }: WorkContext,
): Promise<NewestWatermark> {
  const options = { database: target.database, signal, purpose: 'plain' } as const;
  const adds = mode !== undefined && modeTraits[mode].onlyAdds;
  return transaction(databases, options, async (session) => {
    if (await holdsNothing(session, target)) return {};
    const unfinished = await readUnfinished(session, target, column);
    const table = { key, target, column, adds };
    if (unfinished === undefined) return newestStanding(session, table);
    return whereItBegan(session, table, unfinished);
  });
}

/**
 * The bound of a run that did not finish holds while the row stands on which it rests. Else a merge
 * reads all rows; before an append those of that run go (`removeUnfinished`), and what is left decides.
 */
async function whereItBegan(
  session: Session,
  table: WatermarkedTarget,
  { run, from, base }: NonNullable<NewestWatermark['unfinished']>,
): Promise<NewestWatermark> {
  if (from === undefined) return { unfinished: { run } };
  if (await baseStands(session, { ...table, base, run })) {
    return { unfinished: { run, from, ...(base === undefined ? {} : { base }) } };
  }
  if (!table.adds) return { unfinished: { run } };
  return newestStanding(session, { ...table, without: run });
}

/**
 * A run that came to its end after it has read what it left: each one begins no later than the
 * unfinished ones before it. What only gathered rows has left nothing in the table, and so has an
 * append that has begun anew.
 */
const unfinishedSql = `
SELECT u.run_id AS run, u.watermark_from AS "from", u.plan -> 'watermark' -> 'from' AS bound,
       u.plan -> 'watermark' ->> 'base' AS base,
       coalesce(u.plan #>> '{watermark,column,target}' <> $3, false) AS other
FROM snowmelt.table_ledger u
WHERE u.target_schema = $1 AND u.target_table = $2
  AND u.published_at IS NULL AND u.superseded_by IS NULL AND NOT ${isOfMode('u', 'gathers')}
  AND (u.restarts > 0 AND NOT ${isOfMode('u', 'onlyAdds')} OR EXISTS (
    SELECT 1 FROM snowmelt.chunk_ledger c
    WHERE c.run_id = u.run_id AND c.table_key = u.table_key))
  AND NOT EXISTS (SELECT 1 FROM snowmelt.table_ledger p
                  WHERE p.target_schema = u.target_schema AND p.target_table = u.target_table
                    AND p.published_at IS NOT NULL AND p.prepared_at > u.prepared_at)
ORDER BY u.prepared_at DESC
LIMIT 1`;

interface UnfinishedRow {
  readonly run: string;
  readonly from: string | null;
  /** Of the plan, which earlier versions did not keep. */
  readonly bound: WatermarkBound | null;
  readonly base: string | null;
  /** It is a bound of another column. */
  readonly other: boolean;
}

/** The newest run that has loaded a part of the table, and did not finish. */
async function readUnfinished(
  session: Session,
  { schema, name }: TableRef,
  column: ColumnPair,
): Promise<NewestWatermark['unfinished']> {
  if (!(await ledgerExists(session))) return undefined;
  const values = [schema, name, column.target];
  const [found] = (await session.query<UnfinishedRow & object>(unfinishedSql, values)).rows;
  if (found === undefined) return undefined;
  const { run, from, bound, base, other } = found;
  if (from === null || other) return { run };
  return {
    run,
    from: bound ?? { value: from, inclusive: true, orNull: false },
    ...(base === null ? {} : { base }),
  };
}
