import { SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { refuseStalePlan } from '../../ledger/table-ledger.ts';

/** How far a run is with what it gathers for a table. */
export interface GatherState {
  /** Absent before the first prepare, and once its rows are in place. */
  readonly shadow?: string;
  readonly inPlace: boolean;
}

/** A shadow that somebody dropped by hand is as good as none. */
const stateSql = `
SELECT CASE WHEN pg_catalog.to_regclass('snowmelt.' || shadow) IS NOT NULL THEN shadow END AS shadow,
       swapped_at IS NOT NULL AS "inPlace"
FROM snowmelt.table_ledger
WHERE run_id = $1 AND table_key = $2`;

export async function readGathered(session: Session, table: TablePlan): Promise<GatherState> {
  const values = [table.run, table.key];
  const { rows } = await session.query<{ shadow: string | null; inPlace: boolean }>(
    stateSql,
    values,
  );
  const [row] = rows;
  return {
    inPlace: row?.inPlace === true,
    ...(row === undefined || row.shadow === null ? {} : { shadow: row.shadow }),
  };
}

/** In the transaction that makes the shadow. */
export async function recordShadow(
  session: Session,
  table: TablePlan,
  shadow: string,
): Promise<void> {
  await session.query(
    `UPDATE snowmelt.table_ledger SET shadow = $3, swapped_at = NULL, published_at = NULL
     WHERE run_id = $1 AND table_key = $2`,
    [table.run, table.key, shadow],
  );
}

/** Rows of the target that came, were updated, and went. Absent: they were not told apart. */
export interface RowsPut {
  readonly inserted?: number;
  readonly updated?: number;
  readonly deleted?: number;
}

/** In the transaction that puts the rows in place and drops the shadow. */
export async function recordInPlace(
  session: Session,
  table: TablePlan,
  { inserted, updated, deleted }: RowsPut,
): Promise<void> {
  await session.query(
    `UPDATE snowmelt.table_ledger SET shadow = NULL, swapped_at = clock_timestamp(),
       inserted = $3, updated = $4, deleted = $5
     WHERE run_id = $1 AND table_key = $2`,
    [table.run, table.key, inserted ?? null, updated ?? null, deleted ?? null],
  );
}

/**
 * Throws where the run has no shadow for the table (any more), so that a worker which comes too
 * late is told so, and not that a table is missing.
 */
export async function refuseWithoutShadow(session: Session, table: TablePlan): Promise<void> {
  await refuseStalePlan(session, table);
  const { shadow } = await readGathered(session, table);
  if (shadow !== undefined) return;
  throw new SnowmeltError(
    'RUN.LEASE_LOST',
    'the rows of the run have been put in place already: no chunk can follow them',
  );
}

const sharedSql = `
SELECT table_key FROM snowmelt.table_ledger
WHERE run_id = $1 AND target_schema = $3 AND target_table = $4
  AND table_key <> $2 AND superseded_by IS NULL
LIMIT 1`;

/** P1: a swap leaves only its own rows, so no other table of the run may go into the target. */
export async function refuseSharedTarget(session: Session, table: TablePlan): Promise<void> {
  const { schema, name } = table.target;
  const values = [table.run, table.key, schema, name];
  const [other] = (await session.query<{ table_key: string }>(sharedSql, values)).rows;
  if (other === undefined) return;
  throw new SnowmeltError(
    'TARGET.TABLE_UNSUITABLE',
    `${schema}.${name} is refreshed by swap, and ${other.table_key} of this run goes into it as well`,
    { fix: 'Give one of the two another target, or use refresh: truncate.' },
  );
}
