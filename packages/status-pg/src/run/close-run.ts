import { SnowmeltError, type RunId, type RunStatus } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { countTables } from '../table/count-tables.ts';
import { storable } from '../table/storable.ts';
import { claimLost, type Claim } from '../claim/claim.ts';

export interface RunEnd {
  readonly status: Exclude<RunStatus, 'running'>;
  readonly error?: string | undefined;
  readonly settled?: boolean | undefined;
}

/** Ends a run. With a claim, only while the claim is the run's last one. */
export async function closeRun(
  session: Session,
  run: RunId,
  { status, error, settled = false }: RunEnd,
  claim?: Claim,
): Promise<void> {
  await countTables(session, run);
  const rows = await session.rows(
    `UPDATE migration_status.migration_runs r
     SET status = CASE WHEN $2 = 'completed' AND open.tables THEN 'partial' ELSE $2 END,
       error_message = $3, completed_at = now(), held_since = NULL, hold_seconds = NULL, metadata = coalesce(r.metadata, '{}')
         || jsonb_build_object('settled', $5::boolean AND NOT open.tables)
     FROM (SELECT EXISTS (
       SELECT FROM migration_status.migration_table_status t
       WHERE t.run_id = $1 AND t.plan IS NOT NULL
         AND t.status NOT IN ('completed', 'skipped')) AS tables) open
     WHERE run_id = $1 AND ($4::integer IS NULL OR owner_epoch = $4)
     RETURNING run_id`,
    [run, status, storable(error), claim?.epoch, settled],
  );
  if (rows.length > 0) return;
  if (claim !== undefined) throw claimLost(claim);
  throw new SnowmeltError('RUN.NOT_FOUND', `There is no run ${run}`, { place: { run } });
}
