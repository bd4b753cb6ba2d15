import type {
  FailureGroup,
  RunActivity,
  RunId,
  RunLife,
  SnapshotPoint,
  WorkerActivity,
} from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { runLives } from '../run/run-lives.ts';
import { summary } from '../run/summary.ts';

/** Not those that are completed, but for the newest; whether one is over is known by its life. */
const candidatesSql = `
SELECT run_id::text AS run FROM migration_status.migration_runs
WHERE status <> 'completed'
  OR run_id = (SELECT run_id FROM migration_status.migration_runs
               ORDER BY started_at DESC, run_id LIMIT 1)
ORDER BY started_at DESC, run_id LIMIT $1`;

export async function activity(session: Session, limit: number): Promise<readonly RunActivity[]> {
  const found = await session.rows<{ run: RunId }>(candidatesSql, [limit]);
  const runs = found.map(({ run }) => run);
  const lives = await runLives(session, runs);
  const open = runs.filter(
    (run, index) => index === 0 || ['live', 'open'].includes(lives.get(run) ?? ''),
  );
  const activities: RunActivity[] = [];
  for (const run of open) activities.push(await withLife(session, run, lives));
  return activities;
}

export async function activityOf(session: Session, run: RunId): Promise<RunActivity> {
  return withLife(session, run, await runLives(session, [run]));
}

async function withLife(
  session: Session,
  run: RunId,
  lives: ReadonlyMap<RunId, RunLife>,
): Promise<RunActivity> {
  const life = lives.get(run.toLowerCase());
  const whole = await summary(session, run);
  const [facts] = await session.rows<Facts>(factsSql, [whole.id]);
  const failures = await session.rows<FailureRow>(failuresSql, [whole.id]);
  return {
    run: whole,
    ...(life === undefined ? {} : { life }),
    ...readFacts(facts),
    failures: failures.map(readFailure),
  };
}

interface Facts {
  owner: string | null;
  snapshot: SnapshotPoint | null;
  last_sign: Date | null;
  workers: readonly WorkerRow[];
}

/** Through json: times are texts. */
interface WorkerRow {
  worker: string;
  chunks: number;
  overdue: number;
  last: string | null;
  silent: boolean;
  waits_for: string | null;
  waits_since: string | null;
}

/**
 * Of a chunk in its hands, `worker_id` begins with the three parts of a process' name. Workers that have
 * ended are not told.
 */
const factsSql = `
WITH by_worker AS (
  SELECT array_to_string((string_to_array(worker_id, '/'))[1:3], '/') AS worker,
    count(*) AS chunks,
    count(*) FILTER (WHERE lease_expires_at < now()) AS overdue,
    max(started_at) AS last
  FROM migration_status.migration_chunk_status
  WHERE run_id = $1 AND status = 'in_progress' AND worker_id IS NOT NULL
  GROUP BY 1
), seen AS (
  SELECT coalesce(w.worker_id, b.worker) AS worker, coalesce(b.chunks, 0) AS chunks,
    coalesce(b.overdue, 0) AS overdue, greatest(w.last_seen_at, b.last) AS last,
    w.ended_at IS NULL AND coalesce(w.last_seen_at < now() - interval '1 minute', false) AS silent,
    w.waits_for, w.waits_since
  FROM (SELECT * FROM migration_status.migration_workers WHERE run_id = $1) w
  FULL JOIN by_worker b ON b.worker = w.worker_id
  WHERE (w.worker_id IS NOT NULL AND w.ended_at IS NULL) OR b.chunks > 0
)
SELECT r.owner, r.snapshot,
  greatest(r.started_at, r.completed_at,
    (SELECT max(greatest(started_at, completed_at))
     FROM migration_status.migration_chunk_status WHERE run_id = $1),
    (SELECT max(last_seen_at) FROM migration_status.migration_workers WHERE run_id = $1),
    (SELECT max(greatest(started_at, completed_at))
     FROM migration_status.migration_table_status WHERE run_id = $1)) AS last_sign,
  (SELECT coalesce(json_agg(s ORDER BY s.worker), '[]') FROM seen s) AS workers
FROM migration_status.migration_runs r WHERE r.run_id = $1`;

function readFacts(facts: Facts | undefined): Pick<RunActivity, 'workers'> & Partial<RunActivity> {
  if (facts === undefined) return { workers: [] };
  const { owner, snapshot, last_sign: lastSign, workers } = facts;
  return {
    ...(owner === null ? {} : { owner }),
    ...(snapshot === null ? {} : { snapshot }),
    ...(lastSign === null ? {} : { lastSign }),
    workers: workers.map(readWorker),
  };
}

function readWorker(row: WorkerRow): WorkerActivity {
  const { worker, chunks, overdue, last, silent, waits_for: what, waits_since: since } = row;
  return {
    worker,
    chunks,
    overdue,
    silent,
    ...(last === null ? {} : { lastSign: new Date(last) }),
    ...(what === null || since === null ? {} : { waitsFor: { what, since: new Date(since) } }),
  };
}

interface FailureRow {
  table: string;
  code: string;
  chunks: number;
  retrying: boolean;
  message: string;
}

/** A table's own error is told where none of its chunks says the same. */
const failuresSql = `
WITH chunks AS (
  SELECT table_key, split_part(error_message, ': ', 1) AS code, count(*)::int AS chunks,
    status <> 'failed' AS retrying, min(error_message) AS message
  FROM migration_status.migration_chunk_status
  WHERE run_id = $1 AND error_message IS NOT NULL
    AND (status = 'failed' OR status IN ('pending', 'in_progress') AND retry_count > 0)
  GROUP BY table_key, split_part(error_message, ': ', 1), status <> 'failed'
)
SELECT table_key AS table, code, chunks, retrying, message FROM chunks
UNION ALL
SELECT t.table_key, split_part(t.error_message, ': ', 1), 0, false, t.error_message
FROM migration_status.migration_table_status t
WHERE t.run_id = $1 AND t.status = 'failed' AND t.error_message IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM chunks c WHERE c.table_key = t.table_key AND NOT c.retrying
      AND (c.code = split_part(t.error_message, ': ', 1) OR t.error_message LIKE 'RUN.CHUNKS_FAILED: %'))
ORDER BY 1, 3 DESC, 2`;

function readFailure({ message, code, ...row }: FailureRow): FailureGroup {
  const prefix = `${code}: `;
  return {
    ...row,
    code,
    message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
  };
}
