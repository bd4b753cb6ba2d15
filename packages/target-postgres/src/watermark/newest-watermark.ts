import {
  type ColumnPair,
  type LogicalType,
  type NewestWatermark,
  SnowmeltError,
  type TableKey,
  type TableRef,
  type WatermarkBound,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { type Session, transaction } from '../connect/transaction.ts';
import { ledgerHasColumn } from '../ledger/ensure-ledger.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { holdsNothing } from '../describe/is-empty.ts';

/**
 * The highest value of the column and what the source had when it was read; or, where a run has left
 * the table half loaded, the bound that run began at: chunks load in any order, so that what it did
 * not load may be older than the newest row that it did.
 */
export async function newestWatermark(
  databases: Databases,
  table: { readonly key: TableKey; readonly target: TableRef },
  column: ColumnPair,
  { signal }: WorkContext,
): Promise<NewestWatermark> {
  const { target } = table;
  const options = { database: target.database, signal, purpose: 'plain' } as const;
  return transaction(databases, options, async (session) => {
    if (await holdsNothing(session, target)) return {};
    const unfinished = await readUnfinished(session, target);
    if (unfinished !== undefined) return { unfinished };
    const value = await newestValue(session, target, column);
    if (value === undefined) return {};
    const read = await readNewest(session, table);
    return { value, ...(read === undefined ? {} : { read }) };
  });
}

async function newestValue(
  session: Session,
  ref: TableRef,
  column: ColumnPair,
): Promise<string | undefined> {
  const { source, target, targetType = source.type } = column;
  const newest = `max(${quoteIdentifier(target)})`;
  const sql = `SELECT ${rendered(newest, targetType)} AS newest FROM ${quoteTable(ref)}`;
  const text = (await session.query<{ newest: string | null }>(sql)).rows[0]?.newest ?? undefined;
  if (text === undefined || usable.test(text)) return text;
  throw new SnowmeltError(
    'TARGET.TABLE_UNSUITABLE',
    `the newest ${target} of ${ref.schema}.${ref.name} is ${text}, which no source row can exceed`,
    { place: { column: target }, fix: 'Correct the rows that hold it.' },
  );
}

/** A number, or a date or time of the years 1 to 9999. */
const usable = /^(-?\d+(\.\d+)?|\d{4}-\d\d-\d\d(T[\d:.]+)?)$/;

/** UTC and no offset; `to_char` has no word for infinity. */
function rendered(value: string, type: LogicalType): string {
  if (type.kind !== 'timestamp') return `${value}::text`;
  const moment = type.zone === 'none' ? value : `(${value} AT TIME ZONE 'UTC')`;
  const text = `to_char(${moment}, 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
  const shown = `${moment} >= '0001-01-01' AND ${moment} < '10000-01-01'`;
  return `CASE WHEN ${shown} THEN ${text} ELSE ${value}::text END`;
}

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
async function readUnfinished(
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
async function readNewest(
  session: Session,
  { key, target }: { readonly key: string; readonly target: TableRef },
): Promise<string | undefined> {
  if (!(await ledgerHasColumn(session, 'restarts'))) return undefined;
  const values = [key, target.schema, target.name];
  const { rows } = await session.query<{ read: string | null }>(readSql, values);
  return rows[0]?.read ?? undefined;
}
