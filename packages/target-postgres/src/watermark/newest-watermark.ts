import {
  SnowmeltError,
  type ColumnPair,
  type LogicalType,
  type NewestWatermark,
  type TableKey,
  type TableRef,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction, type Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../quote-identifier.ts';
import { holdsNothing } from './is-empty.ts';
import { readNewest, readUnfinished } from './read-unfinished.ts';

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
