import { SnowmeltError, type RunId, type TableRef } from '@snowmelt/core';
import { runLock, type Session, tableLock } from '@snowmelt/pg-connection';

/** A run in this process's hands. */
export interface Claim {
  readonly run: RunId;
  readonly owner: string;
  /** `migration_runs.owner_epoch` as this claim has set it. */
  readonly epoch: number;
  readonly targets: readonly TableRef[];
}

/** The locks that say that a run has a living owner. */
export function locksOf({ run, targets }: Pick<Claim, 'run' | 'targets'>): readonly string[] {
  return [...new Set([runLock(run), ...targets.map(tableLock)])];
}

/** Throws `RUN.LEASE_LOST` where another process has claimed the run since. */
export async function assertClaim(session: Session, claim: Claim): Promise<void> {
  const rows = await session.rows(
    'SELECT FROM migration_status.migration_runs WHERE run_id = $1 AND owner_epoch = $2',
    [claim.run, claim.epoch],
  );
  if (rows.length === 0) throw claimLost(claim);
}

export function claimLost({ run }: Claim): SnowmeltError {
  const message = `Another process has taken over run ${run} or one of its tables`;
  return new SnowmeltError('RUN.LEASE_LOST', message, {
    place: { run },
    retry: 'never',
    fix: 'See with `snowmelt status` how the run goes on; once its process has ended, run the same command again.',
  });
}
