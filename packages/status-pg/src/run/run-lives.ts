import type { RunId, RunLife } from '@snowmelt/core';
import { runLockSql, sqlState, type Session } from '@snowmelt/pg-connection';

import { holdersOf } from '../claim/locks.ts';
import { heldUntil } from '../claim/held.ts';

/**
 * Alive: its lock is held (see locks.ts), a worker that is not its owner's has a lease, or it is kept
 * for its next process. Ended:
 * completed, settled, a first try, or every table that it has left is another run's by now.
 */
const livesSql = `
SELECT r.run_id::text AS run,
  CASE
    WHEN EXISTS (
      SELECT FROM (${holdersOf(runLockSql('r.run_id'))}) h WHERE h.ours
    ) OR EXISTS (
      SELECT FROM migration_status.migration_chunk_status c
      WHERE c.run_id = r.run_id AND c.status = 'in_progress' AND c.lease_expires_at > now()
        AND NOT coalesce(starts_with(c.worker_id, r.owner), false)
    ) OR ${heldUntil} > now() THEN 'live'
    WHEN r.status = 'completed' OR r.metadata -> 'settled' = 'true'
      OR r.metadata -> 'limit' IS NOT NULL OR NOT EXISTS (
      SELECT FROM migration_status.migration_table_status t
      WHERE t.run_id = r.run_id AND t.status NOT IN ('completed', 'skipped')
        AND NOT EXISTS (
          SELECT FROM migration_status.table_claims k
          WHERE k.target_database = t.target_database AND k.target_schema = t.target_schema
            AND k.target_table = t.target_table AND k.run_id <> t.run_id)
    ) THEN 'ended'
    ELSE 'open'
  END AS life
FROM migration_status.migration_runs r
WHERE r.run_id::text = ANY ($1::text[]) AND r.owner IS NOT NULL`;

/** Where there is no status schema, no run is known. */
export async function runLives(
  session: Session,
  runs: readonly RunId[],
): Promise<ReadonlyMap<RunId, RunLife>> {
  try {
    const rows = await session.rows<{ run: RunId; life: RunLife }>(livesSql, [runs]);
    return new Map(rows.map(({ run, life }) => [run, life]));
  } catch (error) {
    if (['42P01', '42703', '3F000'].includes(sqlState(error) ?? '')) return new Map();
    throw error;
  }
}
