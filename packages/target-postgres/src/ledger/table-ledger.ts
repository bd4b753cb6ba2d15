import {
  type ModeTraits,
  modeTraits,
  SnowmeltError,
  type TablePlan,
  watermarkOf,
} from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { dropGathered } from '../tables/drop-leftovers.ts';
import { keysName } from '../tables/keys-table.ts';
import { shadowName } from '../tables/shadow-table.ts';
import type { TableIdentity } from './identity.ts';
import { describeTable } from '../describe/describe-table.ts';
import { holdsNothing } from '../describe/is-empty.ts';
import { forgetChunks } from './forget-chunks.ts';
import { waitForLoads } from './lock-target.ts';
import { overtaken, snapshotOf } from './overtake.ts';
import { planFingerprint } from './plan-fingerprint.ts';

/** In place of a plan's fingerprint: the table was emptied with another, before its own turn. */
export const unplanned = '';

/** SQL: this row of the table ledger is of a mode that has the trait. */
export function isOfMode(row: string, trait: keyof ModeTraits): string {
  const all = Object.entries(modeTraits);
  const names = all.filter(([, traits]) => traits[trait]).map(([mode]) => `'${mode}'`);
  return `(${row}.mode IN (${names.join(', ')}))`;
}

/** Of a run with `--limit`, whose rows are a part of the table. */
export function isFirstTry(row: string): string {
  return `(${row}.plan #>> '{read,limit}' IS NOT NULL)`;
}

/** The ledger's row of a table in a run. */
export interface TableLedgerRow {
  readonly plan_hash: string;
  readonly truncated: boolean;
  readonly superseded_by: string | null;
  readonly overtaken_by: string | null;
  readonly abandoned: boolean;
  readonly identity: TableIdentity | null;
  readonly resumed: boolean;
  readonly restarts: number;
  readonly published: boolean;
}

const readSql = `
SELECT plan_hash, truncated_at IS NOT NULL AS truncated, superseded_by, overtaken_by,
       abandoned_at IS NOT NULL AS abandoned, identity, resumed_at IS NOT NULL AS resumed, restarts,
       published_at IS NOT NULL AS published
FROM snowmelt.table_ledger
WHERE run_id = $1 AND table_key = $2`;

export async function readTableLedger(
  session: Session,
  table: TablePlan,
): Promise<TableLedgerRow | undefined> {
  return (await session.query<TableLedgerRow>(readSql, [table.run, table.key])).rows[0];
}

/**
 * Throws where the rows of this plan have no place in the table any more: a later run has emptied
 * it, or this run has planned it anew. To be asked under the lock of the table, which both need.
 */
export async function refuseStalePlan(session: Session, table: TablePlan): Promise<void> {
  const row = await readTableLedger(session, table);
  if (row === undefined) throw new Error(`table ${table.key} is not prepared for ${table.run}`);
  refuseSuperseded(table, row);
  if (row.plan_hash === planFingerprint(table)) return;
  throw new SnowmeltError('RUN.LEASE_LOST', 'the run has planned the table anew meanwhile');
}

const resumeSql = `
UPDATE snowmelt.table_ledger SET resumed_at = clock_timestamp()
WHERE run_id = $1 AND table_key = $2`;

/** People may have been at the table since the chunks of an earlier invocation: see `lookAtRows`. */
export async function markResumed(session: Session, { run, key }: TablePlan): Promise<void> {
  await session.query(resumeSql, [run, key]);
}

const restartSql = `
UPDATE snowmelt.table_ledger
SET plan_hash = '${unplanned}', truncated_at = NULL, resumed_at = NULL, restarts = restarts + 1,
    published_at = NULL, swapped_at = NULL, missing_done_at = NULL, held_snapshot = NULL
WHERE run_id = $1 AND table_key = $2 RETURNING restarts`;

/**
 * The run forgets what it has loaded, and what it has gathered goes; a plan of before has no place in the
 * table any more.
 */
export async function restartTable(session: Session, table: TablePlan): Promise<number> {
  await dropGathered(session, shadowName(table));
  await dropGathered(session, keysName(table));
  await forgetChunks(session, table);
  const [row] = (await session.query<{ restarts: number }>(restartSql, [table.run, table.key]))
    .rows;
  return row?.restarts ?? 0;
}

const sharingSql = `
SELECT l.table_key AS key FROM snowmelt.table_ledger l
WHERE l.run_id = $1 AND l.table_key <> $2 AND l.target_schema = $3 AND l.target_table = $4
  AND l.superseded_by IS NULL AND NOT ${isOfMode('l', 'gathers')} AND EXISTS (
    SELECT 1 FROM snowmelt.chunk_ledger c
    WHERE c.run_id = l.run_id AND c.table_key = l.table_key AND NOT c.of_keys AND c.rows > 0)`;

/**
 * Whoever has emptied the table has taken the rows of all tables that the run loads into it: those that
 * come later would find the rows of this one, and not that theirs are gone.
 */
export async function restartEmptied(session: Session, table: TablePlan): Promise<void> {
  const { run, key, target } = table;
  const values = [run, key, target.schema, target.name];
  const others = (await session.query<{ key: string }>(sharingSql, values)).rows;
  if (others.length === 0) return;
  await waitForLoads(session, table);
  const isThere = (await describeTable(session, target)) !== undefined;
  if (isThere && !(await holdsNothing(session, target))) return;
  for (const other of others) await restartTable(session, { ...table, key: other.key });
}

const forgetBoundSql = `
UPDATE snowmelt.table_ledger
SET watermark_from = NULL, plan = (plan::jsonb #- '{watermark,from}' #- '{watermark,base}')::json
WHERE run_id = $1 AND table_key = $2`;

/** The rows are gone on which the bound of the run rests: whoever takes its place reads them again. */
export async function forgetBound(session: Session, { run, key }: TablePlan): Promise<void> {
  await session.query(forgetBoundSql, [run, key]);
}

const withdrawSql = `
UPDATE snowmelt.table_ledger SET published_at = NULL, held_snapshot = NULL
WHERE run_id = $1 AND table_key = $2`;

/** What the run has completed is not there any more: it never came to its end. */
export async function withdrawEnd(session: Session, { run, key }: TablePlan): Promise<void> {
  await session.query(withdrawSql, [run, key]);
}

const writeSql = `
INSERT INTO snowmelt.table_ledger AS t
  (run_id, table_key, target_schema, target_table, mode, plan_hash, watermark_from, snapshot_at,
   plan)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (run_id, table_key) DO UPDATE
SET target_schema = excluded.target_schema, target_table = excluded.target_table,
    mode = excluded.mode, plan_hash = excluded.plan_hash,
    watermark_from = excluded.watermark_from, snapshot_at = excluded.snapshot_at,
    plan = excluded.plan,
    published_at = CASE WHEN t.plan_hash = excluded.plan_hash THEN t.published_at END,
    held_snapshot = CASE WHEN t.plan_hash = excluded.plan_hash THEN t.held_snapshot END`;

export async function writeTableLedger(
  session: Session,
  table: TablePlan,
  planHash: string,
): Promise<void> {
  const { schema, name } = table.target;
  const from = watermarkOf(table)?.from?.value ?? null;
  const { emptiedWith: _foundAnew, ...plan } = { emptiedWith: undefined, ...table };
  const what = [schema, name, table.mode, planHash, from, snapshotOf(table), JSON.stringify(plan)];
  await session.query(writeSql, [table.run, table.key, ...what]);
}

/**
 * P1: throws where a later run has replaced the table's rows, or has begun to load it (see
 * `overtake`), or a repair has removed what this run had gathered.
 */
export function refuseSuperseded(table: TablePlan, row: TableLedgerRow): void {
  const name = `${table.target.schema}.${table.target.name}`;
  if (row.superseded_by !== null) {
    throw new SnowmeltError(
      'RUN.SUPERSEDED',
      `run ${row.superseded_by} has loaded ${name} anew since this run began: what this run has ` +
        'loaded is gone',
    );
  }
  if (row.overtaken_by !== null) throw overtaken(table, row.overtaken_by);
  if (!row.abandoned) return;
  throw new SnowmeltError(
    'RUN.SUPERSEDED',
    `snowmelt repair has removed the rows that this run had gathered for ${name}`,
    { fix: 'Start a new run with --no-resume.' },
  );
}
