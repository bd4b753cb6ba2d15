import type { Client } from 'pg';

import { sessionOn, type Session } from '@snowmelt/pg-connection';
import { claimLost, locksOf, type Claim } from './claim.ts';
import { takeLocks, waitToOpen } from './locks.ts';

/** One server process; the start tells it from a later one with the same number. */
export interface Backend {
  readonly pid: number;
  readonly started: string;
}

/**
 * Takes the locks of a claim whose connection broke. `false`: the broken connection's backend
 * still has them. Throws `RUN.LEASE_LOST` where another process has claimed the run, or another
 * run one of its tables, since: going on would mix two runs in one table.
 */
export async function regainRun(
  client: Client,
  { claim, broken, openSeconds }: { claim: Claim; broken: Backend; openSeconds: number },
): Promise<boolean> {
  const session = sessionOn(client);
  return session.transaction(async () => {
    await waitToOpen(session, openSeconds);
    if (!(await stillOwner(session, claim))) throw claimLost(claim);
    await session.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE pid = $1 AND extract(epoch FROM backend_start)::text = $2 AND pid <> pg_backend_pid()`,
      [broken.pid, broken.started],
    );
    return (await takeLocks(session, locksOf(claim))).length === 0;
  });
}

/** `partial`: another openRun may have found the run without its locks and ended it. */
async function stillOwner(session: Session, claim: Claim): Promise<boolean> {
  const { run, owner, epoch, targets } = claim;
  const rows = await session.rows(
    `UPDATE migration_status.migration_runs
     SET status = 'running', completed_at = NULL, error_message = NULL
     WHERE run_id = $1 AND owner = $2 AND owner_epoch = $3 AND status IN ('running', 'partial')
       AND NOT EXISTS (
         SELECT FROM migration_status.table_claims k
         JOIN unnest($4::text[], $5::text[], $6::text[])
           AS t (target_database, target_schema, target_table)
           USING (target_database, target_schema, target_table)
         WHERE k.run_id <> $1)
     RETURNING run_id`,
    [
      run,
      owner,
      epoch,
      targets.map(({ database }) => database),
      targets.map(({ schema }) => schema),
      targets.map(({ name }) => name),
    ],
  );
  return rows.length > 0;
}
