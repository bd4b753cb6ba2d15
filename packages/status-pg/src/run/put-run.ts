import type { RunId, RunRequest } from '@snowmelt/core';
import { runLockSql, type Session } from '@snowmelt/pg-connection';

import { holdersOf } from '../claim/locks.ts';
import { heldUntil } from '../claim/held.ts';

const rowOf = (run: RunId, request: RunRequest): readonly unknown[] => [
  run,
  request.owner,
  request.configHash,
  request.executionHash,
  request.sourceNames.length,
  request.tables.length,
  JSON.stringify({
    ...request.metadata,
    ...(request.limit === undefined ? {} : { limit: request.limit }),
    execution_hash: request.executionHash,
    source_names: request.sourceNames,
  }),
  request.planFormat ?? null,
];

export async function insertRun(session: Session, run: RunId, request: RunRequest): Promise<void> {
  await session.rows(
    `INSERT INTO migration_status.migration_runs
       (run_id, owner, owner_epoch, config_hash, execution_hash, total_sources, total_tables,
        metadata, plan_format, status)
     VALUES ($1, $2, 1, $3, $4, $5, $6, $7::jsonb, $8, 'running')`,
    rowOf(run, request),
  );
}

/**
 * Makes the run this owner's. Its hashes become the request's: a run that was picked by its id
 * after a change of the configuration is the one that the next invocations go on with. Nobody works
 * at its tables but by what this owner prepares.
 */
export async function takeOverRun(
  session: Session,
  run: RunId,
  request: RunRequest,
): Promise<void> {
  await session.rows(
    `UPDATE migration_status.migration_runs
     SET owner = $2, owner_epoch = owner_epoch + 1, config_hash = $3, execution_hash = $4,
       total_sources = $5, total_tables = $6, metadata = coalesce(metadata, '{}') - 'settled' || $7::jsonb,
       plan_format = $8, held_since = NULL, hold_seconds = NULL,
       status = 'running', completed_at = NULL, error_message = NULL
     WHERE run_id = $1`,
    rowOf(run, request),
  );
  await session.rows(
    `UPDATE migration_status.migration_table_status SET gate = NULL
     WHERE run_id = $1 AND gate IS NOT NULL`,
    [run],
  );
}

/**
 * Runs whose owner is gone and whose workers are too don't stay `running` for ever. They are
 * `partial`, so that they can be gone on with. One opens at a time (`waitToOpen`), so none of them is
 * taken meanwhile.
 */
export async function endAbandonedRuns(session: Session, except: RunId): Promise<void> {
  await session.rows(
    `WITH running AS MATERIALIZED (
       SELECT run_id, NOT EXISTS (
         SELECT FROM (${holdersOf(runLockSql('run_id'))}) h WHERE h.ours) AS abandoned
       FROM migration_status.migration_runs r
       WHERE status = 'running' AND owner IS NOT NULL AND run_id <> $1
         AND (${heldUntil} > now()) IS NOT TRUE
         AND NOT EXISTS (
           SELECT FROM migration_status.migration_chunk_status c
           WHERE c.run_id = r.run_id AND c.status = 'in_progress' AND c.lease_expires_at > now()
             AND NOT starts_with(c.worker_id, r.owner))
     )
     UPDATE migration_status.migration_runs r
     SET status = 'partial', completed_at = now(),
       error_message = 'RUN.STOPPED: its process ended without closing it'
     FROM running
     WHERE running.run_id = r.run_id AND running.abandoned`,
    [except],
  );
}
