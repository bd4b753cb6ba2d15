import { SnowmeltError, type MissingReceipt, type TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

/** How far a run is with the keys of a table. */
export interface KeysState {
  /** The table of keys is there. */
  readonly gathering: boolean;
  /** What was deleted or marked; absent: nothing yet. */
  readonly done?: Omit<MissingReceipt, 'how'>;
}

/** A table of keys that somebody dropped by hand is as good as none. */
const stateSql = `
SELECT coalesce(pg_catalog.to_regclass('snowmelt.' || keys_table) IS NOT NULL, false) AS gathering,
       missing_done_at IS NOT NULL AS done,
       missing_rows::text AS rows, restored_rows::text AS restored, keys_met::text AS met
FROM snowmelt.table_ledger
WHERE run_id = $1 AND table_key = $2`;

interface StateRow {
  readonly gathering: boolean;
  readonly done: boolean;
  readonly rows: string | null;
  readonly restored: string | null;
  readonly met: string | null;
}

export async function readKeysState(session: Session, table: TablePlan): Promise<KeysState> {
  const { rows } = await session.query<StateRow>(stateSql, [table.run, table.key]);
  const [row] = rows;
  if (row?.done !== true) return { gathering: row?.gathering === true };
  const met = Number(row.met ?? 0);
  const left = met === 0 ? {} : { met };
  const done = { rows: Number(row.rows ?? 0), restored: Number(row.restored ?? 0), ...left };
  return { gathering: row.gathering, done };
}

/** In the transaction that makes the table of keys. */
export async function recordKeys(session: Session, table: TablePlan, name: string): Promise<void> {
  await session.query(
    `UPDATE snowmelt.table_ledger
     SET keys_table = $3, missing_done_at = NULL, missing_rows = NULL, restored_rows = NULL,
         keys_met = NULL,
         published_at = NULL
     WHERE run_id = $1 AND table_key = $2`,
    [table.run, table.key, name],
  );
}

/** In the transaction that deletes or marks, and drops the table of keys. */
export async function recordMissing(
  session: Session,
  table: TablePlan,
  { rows, restored, met }: NonNullable<KeysState['done']>,
): Promise<void> {
  await session.query(
    `UPDATE snowmelt.table_ledger
     SET keys_table = NULL, missing_done_at = clock_timestamp(), missing_rows = $3,
         restored_rows = $4, keys_met = $5
     WHERE run_id = $1 AND table_key = $2`,
    [table.run, table.key, rows, restored, met ?? null],
  );
}

/** So that a worker which comes too late is told so, and not that a table is missing. */
export async function refuseWithoutKeys(session: Session, table: TablePlan): Promise<void> {
  const { gathering } = await readKeysState(session, table);
  if (gathering) return;
  throw new SnowmeltError(
    'RUN.LEASE_LOST',
    'the keys of the run have been compared already, or dropped: no chunk can follow them',
  );
}

/**
 * Runs of other status databases may work on the table side by side, and a run may be gone on with
 * after another. Each that reads a later moment, or began here later, may have brought rows that
 * this run's keys know nothing of.
 */
const laterSql = `
SELECT o.run_id AS run
FROM snowmelt.table_ledger own
JOIN snowmelt.table_ledger o
  ON o.target_schema = own.target_schema AND o.target_table = own.target_table
 AND o.run_id <> own.run_id
WHERE own.run_id = $1 AND own.table_key = $2
  AND (o.prepared_at > own.prepared_at
       OR coalesce(o.snapshot_at, o.prepared_at) > own.snapshot_at)
ORDER BY o.prepared_at DESC
LIMIT 1`;

/** P1: throws where rows of another run would be taken for missing. */
export async function refuseLaterRun(session: Session, table: TablePlan): Promise<void> {
  const { rows } = await session.query<{ run: string }>(laterSql, [table.run, table.key]);
  const [later] = rows;
  if (later === undefined) return;
  const { schema, name } = table.target;
  throw new SnowmeltError(
    'RUN.SUPERSEDED',
    `run ${later.run} has begun on ${schema}.${name} since this run read its source: rows that it ` +
      'has brought would be taken for missing, so nothing was deleted',
    { fix: 'Start a new run with --no-resume.' },
  );
}
