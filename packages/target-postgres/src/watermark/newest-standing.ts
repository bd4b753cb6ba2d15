import {
  type ColumnPair,
  compareWatermarks,
  type NewestWatermark,
  type RunId,
  SnowmeltError,
  type TableKey,
  type TableRef,
} from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { ledgerExists } from '../ledger/ensure-ledger.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { asKept, bound, refuseUnusable, rendered } from './watermark-values.ts';
import { is, isAtLeast, isAtMost } from '../sql/operators.ts';

export interface WatermarkedTarget {
  readonly key: TableKey;
  readonly target: TableRef;
  readonly column: ColumnPair;
  /** Rows are only added: one that is read twice is there twice. */
  readonly adds: boolean;
  /** A run whose rows do not count: they are taken out. */
  readonly without?: RunId;
}

/**
 * The newest row that the next run can rest on. What the last run has read up to is known: where a
 * row of that watermark stands, the table was not emptied since, and newer ones are of others. Where
 * none does, rows were lost, and what is there tells how many:
 *
 * - the newest is one that a run of ours has written: the last rows are gone, and come again
 * - none is, and the newest is that of an earlier run's end: a copy of then was restored
 * - else rows of others stand there: how far ours reach can't be told. A merge begins at the newest that
 *   is surely ours, or reads all; an append would double or miss some, and refuses.
 *
 * See docs/decisions/0017-whose-rows.md.
 */
export async function newestStanding(
  session: Session,
  table: WatermarkedTarget,
): Promise<NewestWatermark> {
  const { target, column } = table;
  const read = await readNewest(session, table);
  if (read !== undefined) {
    const reached = await newestOfRead(session, table, read);
    if (reached !== null) return { value: reached, read };
  }
  const { newest, ours } = await newestRows(session, table, { byOrigin: read !== undefined });
  refuseUnusable(newest, target, column);
  if (newest === null) return {};
  if (read === undefined || newest === ours) return { value: newest };
  if (ours === null && (await wasAnEnd(session, table, newest))) return { value: newest };
  if (table.adds) throw othersRows(table, { newest, ours, read });
  return ours === null ? {} : { value: ours };
}

const ofTable = `
table_key = $1 AND target_schema = $2 AND target_table = $3 AND published_at IS NOT NULL`;

/** A watermark of another column says nothing. */
const readSql = `
SELECT CASE WHEN plan #>> '{watermark,column,target}' = $4 THEN plan #>> '{watermark,newest}' END AS read
FROM snowmelt.table_ledger
WHERE ${ofTable} AND superseded_by IS NULL
ORDER BY published_at DESC
LIMIT 1`;

const keysOf = ({ key, target, column }: WatermarkedTarget): readonly string[] => [
  key,
  target.schema,
  target.name,
  column.target,
];

/** The newest watermark of the source that the last run which completed the table has read. */
async function readNewest(session: Session, table: WatermarkedTarget): Promise<string | undefined> {
  if (!(await ledgerExists(session))) return undefined;
  const [found] = (await session.query<{ read: string | null }>(readSql, [...keysOf(table)])).rows;
  return found?.read ?? undefined;
}

/** As the column keeps it, cut or rounded. */
async function newestOfRead(
  session: Session,
  { target, column }: WatermarkedTarget,
  read: string,
): Promise<string | null> {
  const name = quoteIdentifier(column.target);
  const sql = `SELECT ${rendered(`pg_catalog.max(${name})`, column)} AS newest FROM ${quoteTable(target)}
WHERE ${name} ${isAtLeast} $1 AND ${name} ${isAtMost} $2`;
  const values = [asKept(read, column), read].map((value) => bound(value, column.source));
  return (await session.onTable<{ newest: string | null }>(sql, values)).rows[0]?.newest ?? null;
}

interface NewestRows {
  readonly newest: string | null;
  /** Of rows that carry the id of a transaction of ours (`xmin`). */
  readonly ours: string | null;
}

const ofThese = `t.xmin ${is} ANY ($1::pg_catalog.xid[])`;

async function newestRows(
  session: Session,
  table: WatermarkedTarget,
  { byOrigin }: { readonly byOrigin: boolean },
): Promise<NewestRows> {
  if (!byOrigin && table.without === undefined) {
    return { newest: await newestWhere(session, table, 'true', []), ours: null };
  }
  const ids = await readIds(session, table);
  const of = (origin: string) => ids.filter((id) => id.origin === origin).map(({ xid }) => xid);
  const others = byOrigin ? [...of('without'), ...of('other table')] : of('without');
  return {
    newest: await newestWhere(session, table, `NOT (${ofThese})`, [others]),
    ours: await newestWhere(session, table, ofThese, [of('ours')]),
  };
}

async function newestWhere(
  session: Session,
  { target, column }: WatermarkedTarget,
  condition: string,
  values: readonly unknown[],
): Promise<string | null> {
  const newest = `pg_catalog.max(t.${quoteIdentifier(column.target)})`;
  const sql = `SELECT ${rendered(newest, column)} AS newest FROM ${quoteTable(target)} AS t
WHERE ${condition}`;
  return (await session.onTable<{ newest: string | null }>(sql, values)).rows[0]?.newest ?? null;
}

/** Ids come round after 2^32 transactions: older ones than half of that say nothing. */
const idsSql = `
SELECT CASE WHEN l.run_id = $4 THEN 'without' WHEN l.table_key = $1 THEN 'ours' ELSE 'other table' END
         AS origin,
       pg_catalog.unnest(c.xids)::text AS xid
FROM snowmelt.table_ledger l
JOIN snowmelt.chunk_ledger c ON c.run_id = l.run_id AND c.table_key = l.table_key AND NOT c.of_keys
WHERE l.target_schema = $2 AND l.target_table = $3
  AND pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint - c.xact
      <= 2000000000`;

async function readIds(session: Session, { key, target, without }: WatermarkedTarget) {
  const values = [key, target.schema, target.name, without ?? null];
  type Id = { readonly origin: string; readonly xid: string };
  return (await session.query<Id>(idsSql, values)).rows;
}

const endsSql = `
SELECT DISTINCT plan #>> '{watermark,newest}' AS read FROM snowmelt.table_ledger
WHERE ${ofTable} AND plan #>> '{watermark,column,target}' = $4
  AND plan #>> '{watermark,newest}' IS NOT NULL`;

/** The table has ended there once, after a run of ours. */
async function wasAnEnd(
  session: Session,
  table: WatermarkedTarget,
  newest: string,
): Promise<boolean> {
  const { column } = table;
  const { rows } = await session.query<{ read: string }>(endsSql, [...keysOf(table)]);
  const { type } = column.source;
  const value = type.kind === 'date' ? newest.slice(0, 10) : newest;
  return rows.some(({ read }) => compareWatermarks(type, value, asKept(read, column)) === 0);
}

function othersRows(
  { key, target, column }: WatermarkedTarget,
  { newest, ours, read }: NewestRows & { readonly read: string },
): SnowmeltError {
  const name = quoteTable(target);
  const statement =
    ours === null
      ? `TRUNCATE ${name};`
      : `DELETE FROM ${name} WHERE ${quoteIdentifier(column.target)} > '${bound(ours, column.source)}';`;
  return new SnowmeltError(
    'RUN.ROWS_CHANGED',
    `${target.schema}.${target.name} was loaded up to ${column.target} ${read}, and has no row of that ` +
      `any more; its newest, ${newest}, did not come from here as it is: how far it was left complete ` +
      `can't be told`,
    {
      place: { table: key, column: column.target },
      fix: `${statement} (rows of other origin go as well), then run the same command again.`,
    },
  );
}
