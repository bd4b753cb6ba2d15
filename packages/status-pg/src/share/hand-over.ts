import type { RunId } from '@snowmelt/core';

import { claimLost, type Claim } from '../claim/claim.ts';
import type { Session } from '@snowmelt/pg-connection';

/** The run stays `running` and its tables' gates open; only its locks go, after this has committed. */
export async function handOver(
  session: Session,
  { run, seconds }: { readonly run: RunId; readonly seconds: number },
  claim: Claim,
): Promise<void> {
  const rows = await session.rows(
    `UPDATE migration_status.migration_runs SET held_since = now(), hold_seconds = $2
     WHERE run_id = $1 AND owner_epoch = $3 RETURNING run_id`,
    [run, seconds, claim.epoch],
  );
  if (rows.length === 0) throw claimLost(claim);
}
