import {
  type Incremental,
  modeTraits,
  SnowmeltError,
  type TablePlan,
  type TableRef,
  watermarkOf,
  type WatermarkPlan,
  windowOf,
} from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { holdsNothing } from '../describe/is-empty.ts';
import { findRows, isWhole, sumOf, type FoundChunk } from './find-rows.ts';
import { readReceipts } from '../ledger/chunk-ledger.ts';
import { isOfMode } from '../ledger/table-ledger.ts';
import { emptiedByThisRun } from '../ledger/truncate-once.ts';
import { fatesOf, isSameIdentity, readIdentity, type TableIdentity } from '../ledger/identity.ts';
import { is, isAbove, isAtLeast } from '../sql/operators.ts';

/** What has become of the rows that a run has loaded into a table, and what follows. */
export type Standing =
  | { readonly verdict: 'intact' }
  /** All of them are gone, or rows may come again: the run begins the table anew. */
  | { readonly verdict: 'restart'; readonly why: string }
  /** Some may be there: loading them again could double them. */
  | { readonly verdict: 'refuse'; readonly why: string };

const intact: Standing = { verdict: 'intact' };

/**
 * What people may have done to the table since the run has loaded into it. Cheap where nothing
 * speaks for it: a run that is stopped every 15 minutes does not scan its table each time. DELETE
 * leaves no trace there, and is found by `lookAtRows` at the end.
 */
export async function lookAtTable(
  session: Session,
  table: TablePlan,
  recorded: TableIdentity | null,
): Promise<Standing> {
  const [identity, empty] = [
    await readIdentity(session, table.target),
    await holdsNothing(session, table.target),
  ];
  if (!empty && (recorded === null || isSameIdentity(recorded, identity))) return intact;
  return lookAtRows(session, table, recorded);
}

/**
 * The same of what the run has completed, which nobody scans any more: the table is there, it is not empty
 * where it can't be, and it is the one that it was, but for what rewrites it, and for partitions that were
 * taken from it while others stay. `recorded`: as the run has completed it.
 */
export async function endStands(
  session: Session,
  table: TablePlan,
  recorded: TableIdentity | null,
): Promise<false | 'same' | 'rewritten'> {
  const identity = await readIdentity(session, table.target);
  if (identity === undefined) return false;
  if ((await holdsNothing(session, table.target)) && !(await mayBeEmpty(session, table)))
    return false;
  if (recorded === null || isSameIdentity(recorded, identity)) return 'same';
  const fates = await fatesOf(session, table.target, recorded);
  if (fates.includes('lost') || fates.every((fate) => fate === 'parted')) return false;
  return !fates.includes('altered') || (await holdsAsMany(session, table)) ? 'rewritten' : false;
}

/** TRUNCATE, some rows of others, and then an ALTER look like an ALTER. */
async function holdsAsMany(session: Session, table: TablePlan): Promise<boolean> {
  const receipts = await readReceipts(session, table);
  const rows = receipts.reduce(
    (sum, receipt) => sum + (receipt.of === 'keys' ? 0 : receipt.rows),
    0,
  );
  const sql = `SELECT pg_catalog.count(*) ${isAtLeast} $1::bigint AS as_many
FROM (SELECT FROM ${quoteTable(table.target)} LIMIT $1) AS t`;
  return (await session.onTable<{ as_many: boolean }>(sql, [rows])).rows[0]?.as_many === true;
}

/** The run has read all rows, and there were none. */
async function mayBeEmpty(session: Session, table: TablePlan): Promise<boolean> {
  if (watermarkOf(table)?.from !== undefined || windowOf(table) !== undefined) return false;
  const receipts = await readReceipts(session, table);
  return receipts.every(({ of, rows }) => of === 'keys' || rows === 0);
}

/**
 * The table of what follows, by mode (docs/decisions/0017-whose-rows.md):
 *
 * - all rows are there: nothing has happened that matters, as VACUUM FULL or deletes of old rows. What a
 *   merge has left as it was carries no mark of the run: it goes by the table, which must be the same
 * - `truncate`, `upsert`, `insert-only`: what is missing or can't be told is read again; the table
 *   is emptied first, or rows find themselves by their key
 * - `append`, and `truncate` of a table that the run has emptied for another one: read again only where no
 *   row of the run can be left
 */
export async function lookAtRows(
  session: Session,
  table: TablePlan,
  recorded: TableIdentity | null,
): Promise<Standing> {
  const found = await findRows(session, table);
  if (found !== undefined && isWhole(found)) {
    const unmarked = sumOf(found, 'rows') > sumOf(found, 'written');
    if (!unmarked || (await endStands(session, table, recorded)) !== false) return intact;
  }
  const why = missingWords(table, found);
  if (!(await addsToOthers(session, table))) return { verdict: 'restart', why };
  if (await holdsNoRowOfRun(session, leftOf(table))) return { verdict: 'restart', why };
  return { verdict: 'refuse', why };
}

/** Rows that are loaded again stand twice: `truncate` empties nothing that two tables of its run share. */
export async function addsToOthers(session: Session, table: TablePlan): Promise<boolean> {
  const { empties, onlyAdds } = modeTraits[table.mode];
  return empties ? emptiedByThisRun(session, table) : onlyAdds;
}

/** Where a table of a run has put rows, and above which watermark. */
export interface LeftRows extends Incremental, Pick<TablePlan, 'run' | 'key'> {
  readonly target: TableRef;
}

export function leftOf(table: TablePlan): LeftRows {
  const { run, key, target } = table;
  const watermark = watermarkOf(table);
  return { run, key, target, ...(watermark === undefined ? {} : { watermark }) };
}

/**
 * Ids of transactions in which others of our tables were COPYed there. Those of a merge say nothing: it
 * writes rows of before anew. Nor do old ones, see `findRows`.
 */
const othersSql = `
SELECT pg_catalog.unnest(c.xids)::text AS xid
FROM snowmelt.table_ledger l
JOIN snowmelt.chunk_ledger c ON c.run_id = l.run_id AND c.table_key = l.table_key AND NOT c.of_keys
WHERE l.target_schema = $1 AND l.target_table = $2 AND (l.run_id, l.table_key) <> ($3, $4)
  AND (${isOfMode('l', 'onlyAdds')} OR ${isOfMode('l', 'empties')})
  AND pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint - c.xact
      <= 2000000000`;

/** Nothing at all, nothing above the watermark that the run began to read at, or only what others loaded. */
export async function holdsNoRowOfRun(
  session: Session,
  { run, key, target, watermark }: LeftRows,
): Promise<boolean> {
  if (await holdsNothing(session, target)) return true;
  const newer = watermark === undefined ? undefined : newerCondition(watermark);
  const names = [target.schema, target.name, run, key];
  const others = (await session.query<{ xid: string }>(othersSql, names)).rows;
  if (newer === undefined && others.length === 0) return false;
  const sql = `SELECT NOT EXISTS (SELECT 1 FROM ${quoteTable(target)} AS t
WHERE NOT (t.xmin ${is} ANY ($1::pg_catalog.xid[]))${newer === undefined ? '' : ` AND ${newer.sql}`}) AS none`;
  const values = [others.map(({ xid }) => xid), ...(newer === undefined ? [] : [newer.value])];
  return (await session.onTable<{ none: boolean }>(sql, values)).rows[0]?.none === true;
}

interface NewerCondition {
  readonly sql: string;
  readonly value: string;
  /** For people. */
  readonly literal: string;
}

function newerCondition({ column, from }: WatermarkPlan): NewerCondition | undefined {
  if (from === undefined) return undefined;
  const name = quoteIdentifier(column.target);
  const utc = column.source.type.kind === 'timestamp' && column.source.type.zone !== 'none';
  const value = utc ? `${from.value}Z` : from.value;
  const { inclusive } = from;
  return {
    sql: `${name} ${inclusive ? isAtLeast : isAbove} $2`,
    value,
    literal: `${name} ${inclusive ? '>=' : '>'} '${value}'`,
  };
}

function missingWords({ target, run }: TablePlan, found?: readonly FoundChunk[]): string {
  const name = `${target.schema}.${target.name}`;
  if (found === undefined) {
    return `${name} is not the table any more that run ${run} has loaded into, and whether its rows are there can't be told`;
  }
  const [written, there] = [sumOf(found, 'written'), sumOf(found, 'found')];
  return `of ${written} rows that run ${run} has loaded into ${name}, ${there} are there as it left them: others were deleted, truncated or changed`;
}

/** Of a table whose rows can neither be gone on with nor be taken out by the run. */
export function rowsChanged(table: TablePlan, why: string): SnowmeltError {
  return new SnowmeltError('RUN.ROWS_CHANGED', why, {
    place: { run: table.run, table: table.key },
    fix: `${emptyingWords(leftOf(table))}, then run the same command again.`,
  });
}

/** The statement after which no row of the run is in the table; `reaches`: a table that refers to them. */
export function emptyingWords({ target, watermark }: LeftRows, reaches?: string): string {
  const name = quoteTable(target);
  const newer = watermark === undefined ? undefined : newerCondition(watermark);
  if (newer === undefined && reaches !== undefined) {
    return `TRUNCATE ${name} CASCADE; (rows of other origin, and of ${reaches}, go as well)`;
  }
  if (newer === undefined) return `TRUNCATE ${name}; (rows of other origin go as well)`;
  return `DELETE FROM ${name} WHERE ${newer.literal};`;
}
