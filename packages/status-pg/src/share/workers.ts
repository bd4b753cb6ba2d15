import {
  SnowmeltError,
  type RunId,
  type WorkerId,
  type WorkerSign,
  type WorkerState,
} from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { storable } from '../table/storable.ts';

/** One statement, since every process of a run says it every few seconds. */
export async function seen(session: Session, run: RunId, worker: WorkerSign): Promise<void> {
  const { id, host, pid, version, waitsFor } = worker;
  const rows = await session.rows(
    `INSERT INTO migration_status.migration_workers AS w
       (run_id, worker_id, host, pid, version, waits_for, waits_since)
     SELECT run_id, $2, $3, $4, $5, $6::text, CASE WHEN $6::text IS NOT NULL THEN now() END
     FROM migration_status.migration_runs WHERE run_id = $1
     ON CONFLICT (run_id, worker_id) DO UPDATE
     SET last_seen_at = now(), ended_at = NULL, waits_for = excluded.waits_for,
       waits_since = CASE WHEN w.waits_for = excluded.waits_for THEN w.waits_since
         ELSE excluded.waits_since END
     RETURNING worker_id`,
    [run, id, host, pid, version, storable(waitsFor)],
  );
  if (rows.length > 0) return;
  throw new SnowmeltError('RUN.NOT_FOUND', `There is no run ${run}`, { place: { run } });
}

/** What it has leased is free at once; should it be alive after all, its generation is of before. */
export async function left(session: Session, run: RunId, worker: WorkerId): Promise<void> {
  await session.rows(
    `WITH gone AS (
       UPDATE migration_status.migration_workers
       SET ended_at = coalesce(ended_at, now()), waits_for = NULL, waits_since = NULL
       WHERE run_id = $1 AND worker_id = $2
     )
     UPDATE migration_status.migration_chunk_status
     SET status = 'pending', lease_expires_at = NULL
     WHERE run_id = $1 AND status = 'in_progress' AND starts_with(worker_id, $2 || '/')`,
    [run, worker],
  );
}

interface WorkerRow {
  worker_id: string;
  host: string;
  pid: number;
  version: string;
  started_at: Date;
  last_seen_at: Date;
  ended_at: Date | null;
  waits_for: string | null;
  waits_since: Date | null;
  is_owner: boolean;
}

export async function workers(session: Session, run: RunId): Promise<readonly WorkerState[]> {
  const rows = await session.rows<WorkerRow>(
    `SELECT w.*, w.worker_id = r.owner AS is_owner
     FROM migration_status.migration_workers w JOIN migration_status.migration_runs r USING (run_id)
     WHERE w.run_id = $1 ORDER BY w.started_at, w.worker_id`,
    [run],
  );
  return rows.map((row) => ({
    id: row.worker_id,
    host: row.host,
    pid: row.pid,
    version: row.version,
    startedAt: row.started_at,
    lastSeenAt: row.last_seen_at,
    isOwner: row.is_owner,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.waits_for === null ? {} : { waitsFor: row.waits_for }),
    ...(row.waits_since === null ? {} : { waitsSince: row.waits_since }),
  }));
}
