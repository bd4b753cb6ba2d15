import { SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { waitForLoads } from './lock-target.ts';

const sameTable = `
run_id <> $1 AND table_key = $2 AND target_schema = $3 AND target_table = $4`;

const keysOf = ({ run, key, target }: TablePlan): readonly string[] => [
  run,
  key,
  target.schema,
  target.name,
];

/** The snapshot point of a plan, for `snapshot_at`. */
export function snapshotOf({ snapshot }: TablePlan): string | null {
  return snapshot.pinned ? snapshot.at : null;
}

const newerSql = `
SELECT run_id AS run FROM snowmelt.table_ledger
WHERE ${sameTable} AND snapshot_at > $5::timestamptz
ORDER BY snapshot_at DESC
LIMIT 1`;

/**
 * P1: throws where a run that reads the same table at a later snapshot point has begun to load it,
 * also where this run has not begun on it and whatever its status store knows.
 */
export async function refuseOlder(session: Session, table: TablePlan): Promise<void> {
  const values = [...keysOf(table), snapshotOf(table)];
  const [newer] = (await session.query<{ run: string }>(newerSql, values)).rows;
  if (newer !== undefined) throw overtaken(table, newer.run);
}

const underWaySql = `
SELECT 1 FROM snowmelt.table_ledger
WHERE ${sameTable} AND published_at IS NULL AND overtaken_by IS NULL AND superseded_by IS NULL
LIMIT 1`;

const overtakeSql = `
UPDATE snowmelt.table_ledger SET overtaken_by = $1
WHERE ${sameTable} AND overtaken_by IS NULL`;

/**
 * Marks the runs that loaded the same table before: they may not go on. Where one has not come to
 * its end, a worker of it may be in the middle of a chunk, which is waited for; the next chunk of
 * it finds the mark. A full refresh has no need of it: `supersede` marks those whose rows it takes.
 */
export async function overtake(session: Session, table: TablePlan): Promise<void> {
  const values = keysOf(table);
  const { rowCount } = await session.query(underWaySql, [...values]);
  if (rowCount !== 0) await waitForLoads(session, table);
  await session.query(overtakeSql, [...values]);
}

export function overtaken({ target }: TablePlan, by: string): SnowmeltError {
  return new SnowmeltError(
    'RUN.SUPERSEDED',
    `run ${by}, which reads the source at a later snapshot point, has begun to load ` +
      `${target.schema}.${target.name} since: rows of this run are older`,
  );
}
